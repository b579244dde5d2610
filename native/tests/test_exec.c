#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../launch/exec.h"
#include "check.h"

static void file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

/* Exit status of the program that was found, or 100 + errno. */
static int search(const char *name, const char *path)
{
    char *argv[] = {"x", NULL}, *env[] = {NULL};
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(100 - exec_search(name, argv, env, path));
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void searches(void)
{
    char nobody[] = "a:b";
    CHECK(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0 && mkdir("c", 0755) == 0 && mkdir("c/dir", 0755) == 0);
    file("b/prog", "#!/bin/sh\nexit 7\n", 0755);
    file("c/prog", "#!/bin/sh\nexit 8\n", 0755);
    file("a/data", "#!/bin/sh\nexit 9\n", 0644);
    file("b/data", "#!/bin/sh\nexit 10\n", 0755);
    file("a/text", "no program at all", 0755);
    file("b/text", "#!/bin/sh\nexit 11\n", 0755);
    file("a/orphan", "#!/no/such/interpreter\n", 0755);
    file("here", "#!/bin/sh\nexit 12\n", 0755);
    CHECK(search("prog", nobody) == 7);
    CHECK(search("prog", "c:b") == 8);
    CHECK(search("prog", "missing:a/data:c") == 8);
    CHECK(search("data", "a:b") == 10);
    CHECK(search("data", "a") == 100 + ENOENT);
    CHECK(search("./a/data", "a") == 100 + EACCES);
    CHECK(search("dir", "c") == 100 + ENOENT);
    CHECK(search("./c/dir", "") == 100 + EISDIR);
    CHECK(search("text", "a:b") == EXEC_NO_PROGRAM);
    CHECK(search("orphan", "a") == EXEC_NO_PROGRAM);
    CHECK(search("nothing", "a:b:c") == 100 + ENOENT);
    CHECK(search("nothing", "") == 100 + ENOENT);
    /* An empty element is the working directory. */
    CHECK(search("here", "a:") == 12 && search("here", ":a") == 12 && search("here", "") == 12);
    CHECK(search("here", "a") == 100 + ENOENT);
    CHECK(search("./b/prog", "c") == 7);
    CHECK(search("b/prog", "c") == 7);
    CHECK(search("", "b") == 100 + ENOENT);
}

static void long_elements(void)
{
    char path[3 * PLAN_PATH_MAX];
    memset(path, 'l', sizeof path);
    strcpy(path + 2 * PLAN_PATH_MAX, ":b");
    CHECK(search("prog", path) == 7);
}

static void vectors(void)
{
    struct plan_str list = {"one\0\0three\0", 11};
    char **v = exec_vector(list);
    CHECK_TEXT(v[0], "one");
    CHECK_TEXT(v[1], "");
    CHECK_TEXT(v[2], "three");
    CHECK(!v[3]);
    v = exec_vector((struct plan_str){"", 0});
    CHECK(v && !v[0]);
}

int main(void)
{
    enter_fresh_directory();
    searches();
    long_elements();
    vectors();
    leave_fresh_directory();
    return check_result();
}
