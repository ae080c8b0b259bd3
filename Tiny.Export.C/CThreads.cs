namespace Tiny.Export.C;

/// <summary>The text of <c>NAME_threads.h</c> and <c>NAME_threads.c</c>: a small pool of threads, for callers that have none of their own.</summary>
static class CThreads
{
    public static string Header(CNames names, string banner)
    {
        var (prefix, macro) = (names.Prefix, names.Macro);
        return $$"""
            {{banner}}
            #ifndef {{macro}}_THREADS_H
            #define {{macro}}_THREADS_H

            #ifdef __cplusplus
            extern "C" {
            #endif

            /* Threads that help with a model's long kernels:
             *
             *     struct {{prefix}}_threads *pool = {{prefix}}_threads_start(4);
             *     {{prefix}}_set_parallel_for(&m, {{prefix}}_threads_run, pool);
             *
             * Several models may use one pool; while it works for one, the others run on their callers. */
            struct {{prefix}}_threads;

            /* A pool in which so many threads work at once, the caller among them: it starts one fewer. NULL where memory or threads are short. */
            struct {{prefix}}_threads *{{prefix}}_threads_start(int threads);

            /* Ends the threads and frees the pool, which no model may use any more. */
            void {{prefix}}_threads_stop(struct {{prefix}}_threads *pool);

            /* A {{prefix}}_parallel_for; its context is the pool. */
            void {{prefix}}_threads_run(void *pool, void (*body)(void *work, int part), void *work, int parts);

            #ifdef __cplusplus
            }
            #endif

            #endif

            """;
    }

    public static string Source(CNames names, string banner)
    {
        var prefix = names.Prefix;
        return $$"""
            {{banner}}
            #if !defined(_WIN32)
            #define _POSIX_C_SOURCE 200809L
            #endif

            #include "{{prefix}}_threads.h"

            #include <stdint.h>
            #include <stdlib.h>

            {{s_system}}
            /* Parts are claimed by a counter, so a thread that comes late, or is held up before it claims, costs nothing. What is being shared is told apart by the
             * number of the run, which stands in the same word as the counter: a late thread finds another number and claims nothing. */
            struct {{prefix}}_threads {
                lock_type lock;
                condition work_came, work_done;
                void (*body)(void *work, int part); /* this and the next two: of the current run, written under the lock */
                void *work;
                int parts;
                int busy, sleeping, stopping; /* under the lock */
                volatile word claimed; /* the run's number, and how many of its parts are claimed in the lower 32 bits */
                volatile word done;    /* how many of its parts have been run */
                int started;
                thread_type threads[]; /* those started */
            };

            /* Looks so often for the end of the work before sleeping: some ten microseconds. Longer would take a core from others. */
            enum { LOOKS = 400 };

            /* Who waits for work gives way to others so often before sleeping: some forty microseconds, twice what being woken takes. */
            enum { ROUNDS = 50, LOOKS_OF_ROUND = 20 };

            static void work_on(struct {{prefix}}_threads *pool, word run, void (*body)(void *work, int part), void *work, int parts)
            {
                for (;;) {
                    word claimed = read_word(&pool->claimed);
                    if (claimed >> 32 != run || (claimed & 0xffffffff) >= (word)parts) return;
                    if (!replace_word(&pool->claimed, claimed, claimed + 1)) continue;
                    body(work, (int)(claimed & 0xffffffff));
                    if (add_word(&pool->done, 1) == (word)parts) {
                        take(&pool->lock);
                        wake_all(&pool->work_done);
                        leave(&pool->lock);
                    }
                }
            }

            static thread_result THREAD_CALL help(void *context)
            {
                struct {{prefix}}_threads *pool = context;
                word seen = 0;
                for (;;) {
                    void (*body)(void *work, int part);
                    void *work;
                    int parts;
                    for (int i = 0; i < ROUNDS && read_word(&pool->claimed) >> 32 == seen; i++) {
                        for (int j = 0; j < LOOKS_OF_ROUND && read_word(&pool->claimed) >> 32 == seen; j++) breathe();
                        give_way();
                    }
                    take(&pool->lock);
                    while (!pool->stopping && read_word(&pool->claimed) >> 32 == seen) {
                        pool->sleeping++;
                        sleep_until(&pool->work_came, &pool->lock);
                        pool->sleeping--;
                    }
                    if (pool->stopping) {
                        leave(&pool->lock);
                        return 0;
                    }
                    seen = read_word(&pool->claimed) >> 32;
                    body = pool->body;
                    work = pool->work;
                    parts = pool->parts;
                    leave(&pool->lock);
                    work_on(pool, seen, body, work, parts);
                }
            }

            void {{prefix}}_threads_run(void *context, void (*body)(void *work, int part), void *work, int parts)
            {
                struct {{prefix}}_threads *pool = context;
                word run;
                take(&pool->lock);
                if (pool->busy || pool->started == 0 || parts < 2) {
                    leave(&pool->lock);
                    for (int i = 0; i < parts; i++) body(work, i);
                    return;
                }
                pool->busy = 1;
                pool->body = body;
                pool->work = work;
                pool->parts = parts;
                write_word(&pool->done, 0);
                run = ((read_word(&pool->claimed) >> 32) + 1) & 0xffffffff;
                write_word(&pool->claimed, run << 32);
                if (pool->sleeping > 0) wake_all(&pool->work_came);
                leave(&pool->lock);

                work_on(pool, run, body, work, parts);
                for (int i = 0; i < LOOKS && read_word(&pool->done) != (word)parts; i++) breathe();
                take(&pool->lock);
                while (read_word(&pool->done) != (word)parts) sleep_until(&pool->work_done, &pool->lock);
                pool->busy = 0;
                leave(&pool->lock);
            }

            struct {{prefix}}_threads *{{prefix}}_threads_start(int threads)
            {
                size_t helpers = threads > 1 ? (size_t)threads - 1 : 0;
                struct {{prefix}}_threads *pool = calloc(1, sizeof *pool + helpers * sizeof pool->threads[0]);
                if (pool == NULL) return NULL;
                make_lock(&pool->lock);
                make_condition(&pool->work_came);
                make_condition(&pool->work_done);
                while ((size_t)pool->started < helpers) {
                    if (!start_thread(&pool->threads[pool->started], help, pool)) {
                        {{prefix}}_threads_stop(pool);
                        return NULL;
                    }
                    pool->started++;
                }
                return pool;
            }

            void {{prefix}}_threads_stop(struct {{prefix}}_threads *pool)
            {
                if (pool == NULL) return;
                take(&pool->lock);
                pool->stopping = 1;
                wake_all(&pool->work_came);
                leave(&pool->lock);
                for (int i = 0; i < pool->started; i++) join_thread(pool->threads[i]);
                drop_condition(&pool->work_came);
                drop_condition(&pool->work_done);
                drop_lock(&pool->lock);
                free(pool);
            }

            """;
    }

    const string s_system = """
        /* ---- what differs between systems: threads, locks, and words that several threads change */

        #if defined(_WIN32)

        #include <windows.h>

        typedef SRWLOCK lock_type;
        typedef CONDITION_VARIABLE condition;
        typedef HANDLE thread_type;
        typedef DWORD thread_result;
        typedef uint64_t word;
        #define THREAD_CALL WINAPI

        static void make_lock(lock_type *lock) { InitializeSRWLock(lock); }
        static void drop_lock(lock_type *lock) { (void)lock; }
        static void take(lock_type *lock) { AcquireSRWLockExclusive(lock); }
        static void leave(lock_type *lock) { ReleaseSRWLockExclusive(lock); }
        static void make_condition(condition *c) { InitializeConditionVariable(c); }
        static void drop_condition(condition *c) { (void)c; }
        static void sleep_until(condition *c, lock_type *lock) { SleepConditionVariableSRW(c, lock, INFINITE, 0); }
        static void wake_all(condition *c) { WakeAllConditionVariable(c); }
        static void breathe(void) { YieldProcessor(); }
        static void give_way(void) { SwitchToThread(); }
        static word read_word(volatile word *w) { return (word)InterlockedCompareExchange64((volatile LONG64 *)w, 0, 0); }
        static void write_word(volatile word *w, word value) { InterlockedExchange64((volatile LONG64 *)w, (LONG64)value); }
        static word add_word(volatile word *w, word n) { return (word)InterlockedAdd64((volatile LONG64 *)w, (LONG64)n); }

        static int replace_word(volatile word *w, word old, word value)
        {
            return InterlockedCompareExchange64((volatile LONG64 *)w, (LONG64)value, (LONG64)old) == (LONG64)old;
        }

        static int start_thread(thread_type *thread, thread_result (THREAD_CALL *body)(void *), void *context)
        {
            *thread = CreateThread(NULL, 0, body, context, 0, NULL);
            return *thread != NULL;
        }

        static void join_thread(thread_type thread)
        {
            WaitForSingleObject(thread, INFINITE);
            CloseHandle(thread);
        }

        #else

        #include <pthread.h>
        #include <sched.h>

        typedef pthread_mutex_t lock_type;
        typedef pthread_cond_t condition;
        typedef pthread_t thread_type;
        typedef void *thread_result;
        typedef uint64_t word;
        #define THREAD_CALL

        static void make_lock(lock_type *lock) { pthread_mutex_init(lock, NULL); }
        static void drop_lock(lock_type *lock) { pthread_mutex_destroy(lock); }
        static void take(lock_type *lock) { pthread_mutex_lock(lock); }
        static void leave(lock_type *lock) { pthread_mutex_unlock(lock); }
        static void make_condition(condition *c) { pthread_cond_init(c, NULL); }
        static void drop_condition(condition *c) { pthread_cond_destroy(c); }
        static void sleep_until(condition *c, lock_type *lock) { pthread_cond_wait(c, lock); }
        static void wake_all(condition *c) { pthread_cond_broadcast(c); }
        static void give_way(void) { sched_yield(); }
        static word read_word(volatile word *w) { return __atomic_load_n(w, __ATOMIC_ACQUIRE); }
        static void write_word(volatile word *w, word value) { __atomic_store_n(w, value, __ATOMIC_RELEASE); }
        static word add_word(volatile word *w, word n) { return __atomic_add_fetch(w, n, __ATOMIC_ACQ_REL); }

        static int replace_word(volatile word *w, word old, word value)
        {
            return __atomic_compare_exchange_n(w, &old, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
        }

        static void breathe(void)
        {
        #if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
        #elif defined(__aarch64__)
            __asm__ __volatile__("yield");
        #endif
        }

        static int start_thread(thread_type *thread, thread_result (*body)(void *), void *context)
        {
            return pthread_create(thread, NULL, body, context) == 0;
        }

        static void join_thread(thread_type thread) { pthread_join(thread, NULL); }

        #endif

        """;
}
