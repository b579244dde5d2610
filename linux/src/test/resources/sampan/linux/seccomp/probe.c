/*
 * probe PROGRAM CALL...: for each CALL a child loads the seccomp program (a file of struct
 * sock_filter), makes the call and says what came of it: "0", the errno, or "signal N".
 * CALL is NUMBER[,ARGUMENT]...; with "i386:" before it the call goes through the 32-bit entry.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long through_32(long nr, long *a) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

int main(int argc, char **argv) {
    static struct sock_filter code[8192];
    int fd = open(argv[1], O_RDONLY);
    ssize_t size = read(fd, code, sizeof code);
    if (fd < 0 || size <= 0) return 2;
    close(fd);
    struct sock_fprog program = {.len = (unsigned short)(size / 8), .filter = code};
    volatile long *result =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 2; i < argc; i++) {
        long number[7] = {0};
        int wide = strncmp(argv[i], "i386:", 5) != 0;
        char *text = wide ? argv[i] : argv[i] + 5;
        for (int n = 0; n < 7 && text && *text; n++) {
            number[n] = (long)strtoull(text, NULL, 0);
            text = strchr(text, ',');
            if (text) text++;
        }
        *result = -1;
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
                syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
                _exit(3);
            long r;
            if (wide) {
                r = syscall(number[0], number[1], number[2], number[3], number[4], number[5],
                            number[6]);
                *result = r == -1 ? errno : 0;
            } else {
                r = through_32(number[0], number + 1);
                *result = r < 0 && r > -4096 ? -r : 0;
            }
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
        else if (WEXITSTATUS(status)) printf("not loaded\n");
        else printf("%ld\n", *result);
    }
    return 0;
}
