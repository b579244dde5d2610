#include "reap.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clone.h"
#include "run.h"

static int signals = -1, child_status;
static bool child_done;

int run_MON_SUBREAPER(const struct plan_step *step)
{
    (void)step;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

void reap_forget(void)
{
    sigset_t set;
    if (signals < 0)
        return;
    close(signals);
    signals = -1;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

bool reap_is_done(void)
{
    return child_done;
}

static bool collect(int flags)
{
    pid_t pid;
    do
        pid = waitpid(clone_child(), &child_status, flags);
    while (pid < 0 && errno == EINTR);
    return child_done = pid == clone_child();
}

bool reap_child(int *status)
{
    if (!child_done && !collect(WNOHANG))
        return false;
    *status = child_status;
    return true;
}

int reap_wait(void)
{
    if (!child_done)
        collect(0);
    return child_status;
}

int reap_signals(void)
{
    return signals;
}

void reap_orphans(void)
{
    struct signalfd_siginfo sent;
    pid_t pid;
    int status;
    while (read(signals, &sent, sizeof sent) > 0)
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == clone_child()) {
            child_done = true;
            child_status = status;
        }
}
