/* Times an exported model: driver WEIGHTS OUT THREADS INPUT...   The model is named "net"; N_INPUTS says how many inputs it has. With -DTHREADS it has kernels
 * that threads may share. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "net.h"
#if defined(THREADS)
#include "net_threads.h"
#endif

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void *load(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    if (!f) { perror(path); exit(1); }
    fseek(f, 0, SEEK_END);
    *bytes = (size_t)ftell(f);
    rewind(f);
    void *p = aligned_alloc(64, (*bytes + 63) / 64 * 64 + 64);
    if (!p || fread(p, 1, *bytes, f) != *bytes) { perror(path); exit(1); }
    fclose(f);
    return p;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static float y[RESULT];
    static double times[400];
    size_t bytes, ignored;
    net m;
    if (argc != 4 + N_INPUTS) return 2;
    void *weights = load(argv[1], &bytes), *arena = aligned_alloc(64, NET_ARENA_BYTES + 64);
    int error = net_init(&m, weights, bytes, arena, NET_ARENA_BYTES);
    if (error) { fprintf(stderr, "%s\n", net_error_text(error)); return 1; }
#if defined(THREADS)
    struct net_threads *pool = NULL;
    if (atoi(argv[3]) > 1) {
        pool = net_threads_start(atoi(argv[3]));
        if (!pool) { fprintf(stderr, "no threads\n"); return 1; }
        net_set_parallel_for(&m, net_threads_run, pool);
    }
#endif
    const float *a = load(argv[4], &ignored);
#if N_INPUTS == 2
    const float *b = load(argv[5], &ignored);
#define FORWARD() net_forward(&m, a, b, y)
#else
#define FORWARD() net_forward(&m, a, y)
#endif
    double warm = now();
    while (now() - warm < 300) FORWARD();
    double start = now();
    int runs = 0;
    while (runs < 15 || (runs < 400 && now() - start < 2000)) {
        double t = now();
        FORWARD();
        times[runs++] = now() - t;
    }
#if defined(THREADS)
    if (pool) net_threads_stop(pool);
#endif
    qsort(times, (size_t)runs, sizeof *times, ascending);
    FILE *out = fopen(argv[2], "wb");
    if (!out || fwrite(y, 1, sizeof y, out) != sizeof y || fclose(out)) { perror(argv[2]); return 1; }
    printf("%.6f\n", times[runs / 2]);
    return 0;
}
