using Tiny.Jit;

namespace Tiny.Export.C;

/// <summary>The text of <c>main.c</c>: a program that runs the model on files.</summary>
static class CMain
{
    /// <summary>Names of the file that the model must not have.</summary>
    public static readonly string[] FileScope =
        ["instance", "arena_space", "entries", "map_file", "seconds", "read_port", "write_port", "print_port", "short_float", "usage", "bench", "set_size"];

    public static string Text(Program program, CNames names, bool hasThreads, string banner)
    {
        var (model, prefix, macro) = (names.Model, names.Prefix, names.Macro);
        var first = program.Entries[0];
        int sizes = program.Entries.Max(e => e.Variables.Length);
        int most = program.Entries.Max(e => Math.Max(e.Inputs.Length, e.Outputs.Length));
        return $$"""
            {{banner}}
            #if !defined(_WIN32)
            #define _POSIX_C_SOURCE 200809L
            #endif

            #include "{{prefix}}.h"
            {{(hasThreads ? $"#if defined({macro}_THREADS)\n#include \"{prefix}_threads.h\"\n#endif\n" : "")}}
            #include <errno.h>
            #include <inttypes.h>
            #include <math.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>

            #if defined(_WIN32)
            #include <windows.h>
            #else
            #include <fcntl.h>
            #include <sys/mman.h>
            #include <sys/stat.h>
            #include <time.h>
            #include <unistd.h>
            #endif

            /* ---- the model's entry points, as tables */

            enum kind {
                KIND_BOOL, KIND_INT8, KIND_UINT8, KIND_INT16, KIND_UINT16, KIND_INT32, KIND_UINT32, KIND_INT64, KIND_UINT64,
                KIND_FLOAT8E4M3, KIND_FLOAT8E5M2, KIND_FLOAT16, KIND_BFLOAT16, KIND_FLOAT32, KIND_FLOAT64
            };

            struct port {
                const char *name, *type;
                enum kind kind;
                size_t count, size; /* elements, and bytes of one */
                void *data;
            };

            {{(sizes == 0 ? "" : s_size)}}struct entry {
                const char *name;
                const struct port *inputs, *outputs;
                int input_count, output_count;
                int (*run)({{model}} *m);{{(sizes == 0 ? "" : s_entrySizes)}}
            };

            static {{model}} instance;
            static double arena_space[{{macro}}_ARENA_BYTES / sizeof(double) + 1];
            {{string.Concat(program.Entries.Select((e, i) => "\n" + Entry(program, names, e, i)))}}
            static const struct entry entries[] = {
            {{string.Concat(program.Entries.Select((e, i) => $"    {{ \"{e.Name}\", {(e.Inputs.Length == 0 ? "NULL" : $"inputs{i}")}, {(e.Outputs.Length == 0 ? "NULL" : $"outputs{i}")}, {e.Inputs.Length}, {e.Outputs.Length}, run{i}{(sizes == 0 ? "" : e.Variables.IsEmpty ? ", NULL, 0, NULL" : $", sizes{i}, {e.Variables.Length}, fit{i}")} }},\n"))}}};

            {{s_platform}}
            /* ---- files of raw little-endian elements, row-major */

            static int read_port(const struct port *port, const char *path)
            {
                unsigned char extra;
                size_t bytes = port->count * port->size, got;
                FILE *file = fopen(path, "rb");
                if (file == NULL) {
                    fprintf(stderr, "%s: %s\n", path, strerror(errno));
                    return 0;
                }
                got = fread(port->data, 1, bytes, file);
                got += fread(&extra, 1, 1, file);
                fclose(file);
                if (got == bytes) return 1;
                fprintf(stderr, "%s: %s (%s) takes exactly %lu bytes, the file has %s\n", path, port->name, port->type, (unsigned long)bytes,
                        got < bytes ? "fewer" : "more");
                return 0;
            }

            static int write_port(const struct port *port, const char *path)
            {
                FILE *file = fopen(path, "wb");
                int ok = file != NULL && fwrite(port->data, port->size, port->count, file) == port->count;
                if (file != NULL && fclose(file) != 0) ok = 0;
                if (!ok) fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return ok;
            }

            /* The number of a float of 8 or 16 bits. Without infinity only all ones are NaN. */
            static double short_float(unsigned bits, int exponent_bits, int fraction_bits, int infinity)
            {
                int exponents = 1 << exponent_bits, fractions = 1 << fraction_bits, bias = exponents / 2 - 1;
                int exponent = (int)(bits >> fraction_bits) % exponents, fraction = (int)bits % fractions;
                double size = exponent == 0 ? ldexp(fraction, 1 - bias - fraction_bits) : ldexp(fraction + fractions, exponent - bias - fraction_bits);
                if (exponent == exponents - 1 && infinity) size = fraction == 0 ? INFINITY : NAN;
                if (exponent == exponents - 1 && fraction == fractions - 1 && !infinity) size = NAN;
                return bits >> (exponent_bits + fraction_bits) ? -size : size;
            }

            static void print_port(const struct port *port)
            {
                printf("%s %s\n", port->name, port->type);
                for (size_t i = 0; i < port->count; i++) {
                    printf("%s", i % 8 == 0 ? "  " : " ");
                    switch (port->kind) {
                    case KIND_BOOL: printf("%s", ((const uint8_t *)port->data)[i] ? "true" : "false"); break;
                    case KIND_INT8: printf("%d", (int)((const int8_t *)port->data)[i]); break;
                    case KIND_UINT8: printf("%u", (unsigned)((const uint8_t *)port->data)[i]); break;
                    case KIND_INT16: printf("%d", (int)((const int16_t *)port->data)[i]); break;
                    case KIND_UINT16: printf("%u", (unsigned)((const uint16_t *)port->data)[i]); break;
                    case KIND_INT32: printf("%" PRId32, ((const int32_t *)port->data)[i]); break;
                    case KIND_UINT32: printf("%" PRIu32, ((const uint32_t *)port->data)[i]); break;
                    case KIND_INT64: printf("%" PRId64, ((const int64_t *)port->data)[i]); break;
                    case KIND_UINT64: printf("%" PRIu64, ((const uint64_t *)port->data)[i]); break;
                    case KIND_FLOAT8E4M3: printf("%.3g", short_float(((const uint8_t *)port->data)[i], 4, 3, 0)); break;
                    case KIND_FLOAT8E5M2: printf("%.2g", short_float(((const uint8_t *)port->data)[i], 5, 2, 1)); break;
                    case KIND_FLOAT16: printf("%.5g", short_float(((const uint16_t *)port->data)[i], 5, 10, 1)); break;
                    case KIND_BFLOAT16: printf("%.4g", short_float(((const uint16_t *)port->data)[i], 8, 7, 1)); break;
                    case KIND_FLOAT32: printf("%.9g", (double)((const float *)port->data)[i]); break;
                    case KIND_FLOAT64: printf("%.17g", ((const double *)port->data)[i]); break;
                    }
                    if (i % 8 == 7 || i + 1 == port->count) printf("\n");
                }
            }

            /* ---- the command line */
            {{(sizes == 0 ? "" : s_setSize)}}
            static int usage(const char *problem)
            {
                fprintf(stderr,
                        "%s\n\n"
                        "usage: {{prefix}} WEIGHTS INPUT... [OUTPUT...] [--bench N] [--entry NAME]{{(hasThreads ? " [--threads N]" : "")}}\n"
                        "  WEIGHTS       the file {{prefix}}.weights\n"
                        "  INPUT...      a file for each input, raw little-endian elements in row-major order\n"
                        "  OUTPUT...     a file for each output, written in the same form; without any, results are only printed\n"
                        "  --bench N     runs N times and prints the time instead of the results\n"
                        "  --entry NAME  which entry point; {{first.Name}} unless given\n"{{(hasThreads ? "\n                        \"  --threads N   how many threads share long kernels; 1 unless given\\n\"" : "")}}{{(sizes == 0 ? "" : "\n                        \"  --size T=N    the value of a size; its largest unless given\\n\"")}},
                        problem);
                for (size_t e = 0; e < sizeof entries / sizeof *entries; e++) {
                    fprintf(stderr, "\n%s\n", entries[e].name);
                    for (int i = 0; i < entries[e].input_count; i++)
                        fprintf(stderr, "  input   %s %s\n", entries[e].inputs[i].name, entries[e].inputs[i].type);
                    for (int i = 0; i < entries[e].output_count; i++)
                        fprintf(stderr, "  output  %s %s\n", entries[e].outputs[i].name, entries[e].outputs[i].type);
                }
                return 2;
            }

            static int bench(const struct entry *entry, long runs)
            {
                double best = 0, total = 0;
                entry->run(&instance); /* warms the caches */
                for (long i = 0; i < runs; i++) {
                    double start = seconds(), took;
                    entry->run(&instance);
                    took = seconds() - start;
                    total += took;
                    if (i == 0 || took < best) best = took;
                }
                printf("%s: %ld runs, best %.4f ms, mean %.4f ms\n", entry->name, runs, best * 1e3, total / (double)runs * 1e3);
                return 0;
            }

            int main(int argc, char **argv)
            {
                const struct entry *entry = &entries[0];
                const char *files[1 + {{2 * most}}]; /* weights, inputs, outputs */
                int count = 0, code;
                long runs = 0{{(hasThreads ? ", threads = 1" : "")}};
                struct mapping weights;{{(sizes == 0 ? "" : $"\n    const char *given[{sizes}];\n    int given_count = 0;")}}

                for (int i = 1; i < argc; i++) {
                    if (strcmp(argv[i], "--bench") == 0) {
                        char *end = NULL;
                        if (i + 1 < argc) runs = strtol(argv[++i], &end, 10);
                        if (end == NULL || *end != '\0' || runs < 1 || runs > 1000000000L) return usage("--bench takes a number of runs");
                    } else if (strcmp(argv[i], "--entry") == 0) {
                        size_t e = 0, all = sizeof entries / sizeof *entries;
                        if (i + 1 == argc) return usage("--entry takes a name");
                        i++;
                        while (e < all && strcmp(entries[e].name, argv[i]) != 0) e++;
                        if (e == all) return usage("no such entry point");
                        entry = &entries[e];
                    }{{(sizes == 0 ? "" : s_takeSize)}}{{(hasThreads ? s_takeThreads : "")}} else {
                        if (count == (int)(sizeof files / sizeof *files)) return usage("too many files");
                        files[count++] = argv[i];
                    }
                }
            {{(sizes == 0 ? "" : s_applySizes)}}    if (count != 1 + entry->input_count && count != 1 + entry->input_count + entry->output_count)
                    return usage(count < 1 + entry->input_count ? "too few files" : "as many output files as outputs, or none");

                if (!map_file(files[0], &weights)) return 1;
                code = {{prefix}}_init(&instance, weights.data, weights.bytes, arena_space, sizeof arena_space);
                if (code != {{macro}}_OK) {
                    fprintf(stderr, "%s: %s\n", files[0], {{prefix}}_error_text(code));
                    return 1;
                }
            {{(hasThreads ? UseThreads(names) : "")}}    for (int i = 0; i < entry->input_count; i++)
                    if (!read_port(&entry->inputs[i], files[1 + i])) return 1;
                if (runs > 0) return bench(entry, runs);

                code = entry->run(&instance);
                if (code != {{macro}}_OK) {
                    fprintf(stderr, "%s: %s\n", entry->name, {{prefix}}_error_text(code));
                    return 1;
                }
                for (int i = 0; i < entry->output_count; i++) {
                    print_port(&entry->outputs[i]);
                    if (count > 1 + entry->input_count && !write_port(&entry->outputs[i], files[1 + entry->input_count + i])) return 1;
                }
                return 0;
            }

            """;
    }

    // Static arrays for the ports, tables of them, and a call without parameters.
    static string Entry(Program program, CNames names, EntryPoint entry, int number)
    {
        var scope = names.Scope();
        CNames.Variables(entry, scope);
        var ports = names.Ports(entry, scope);
        string Size(int i) => $"size{number}_{i}";
        var values = entry.Variables.Select((v, i) => (v.Name, Size(i))).ToDictionary();
        string Array(int i) => $"data{number}_{i}";
        var arrays = string.Concat(ports.Select((p, i) => $"static {Render.CRenderer.MemoryType(p.Buffer.DType)} {Array(i)}[{CNames.Extent(p.Buffer.Shape)}]; /* {p.Port.Name} */\n"));
        string Table(string name, bool written)
        {
            var rows = ports.Select((p, i) => (p, i)).Where(x => x.p.Written == written).Select(x =>
                $"    {{ \"{x.p.Port.Name}\", \"{x.p.Buffer.DType} {x.p.Buffer.Shape}\", KIND_{x.p.Buffer.DType.Kind.ToString().ToUpperInvariant()}, " +
                $"{x.p.Buffer.Shape.MaxNumel}, {x.p.Buffer.DType.Size}, {Array(x.i)} }},\n").ToList();
            return rows.Count == 0 ? "" : $"static {(entry.Variables.IsEmpty ? "const " : "")}struct port {name}{number}[] = {{\n{string.Concat(rows)}}};\n";
        }
        // Where a port's length depends on sizes, it is worked out once they are known.
        string Sizes()
        {
            if (entry.Variables.IsEmpty) return "";
            var lines = ports.Select((p, i) => (p, Index: i - (p.Written ? entry.Inputs.Length : 0))).Where(x => x.p.Buffer.Shape.IsSymbolic).Select(x =>
                $"    {(x.p.Written ? "outputs" : "inputs")}{number}[{x.Index}].count = (size_t)({CNames.Text(x.p.Buffer.Shape.Count, values)});\n");
            return $"static int {string.Join(", ", entry.Variables.Select((v, i) => $"{Size(i)} = {CNames.Number(v.Max)}"))};\n"
                + $"static const struct size sizes{number}[] = {{\n"
                + string.Concat(entry.Variables.Select((v, i) => $"    {{ \"{v.Name}\", {CNames.Number(v.Min)}, {CNames.Number(v.Max)}, &{Size(i)} }},\n"))
                + $"}};\n\nstatic void fit{number}(void)\n{{\n{string.Concat(lines)}}}\n";
        }

        return $$"""
            {{arrays}}{{Table("inputs", false)}}{{Table("outputs", true)}}{{Sizes()}}
            static int run{{number}}({{names.Model}} *m)
            {
                return {{names.Entry(entry)}}({{string.Join(", ", entry.Variables.Select((_, i) => Size(i)).Concat(ports.Select((_, i) => Array(i))).Prepend("m"))}});
            }

            """;
    }

    // What the program knows of sizes; a program without any has none of this.
    const string s_size = """
        struct size {
            const char *name;
            int min, max, *value;
        };


        """;

    const string s_entrySizes = """

            const struct size *sizes;
            int size_count;
            void (*fit)(void); /* gives the ports their number of elements */
        """;

    const string s_setSize = """

        /* NAME=N */
        static int set_size(const struct entry *entry, const char *text)
        {
            for (int i = 0; i < entry->size_count; i++) {
                const struct size *size = &entry->sizes[i];
                size_t length = strlen(size->name);
                char *end;
                long n;
                if (strncmp(text, size->name, length) != 0 || text[length] != '=') continue;
                n = strtol(text + length + 1, &end, 10);
                if (end == text + length + 1 || *end != '\0' || n < size->min || n > size->max) return 0;
                *size->value = (int)n;
                return 1;
            }
            return 0;
        }

        """;

    const string s_takeThreads = """
         else if (strcmp(argv[i], "--threads") == 0) {
                    char *end = NULL;
                    if (i + 1 < argc) threads = strtol(argv[++i], &end, 10);
                    if (end == NULL || *end != '\0' || threads < 1 || threads > 1024) return usage("--threads takes a number of threads");
                }
        """;

    static string UseThreads(CNames names) => $$"""
            if (threads > 1) {
        #if defined({{names.Macro}}_THREADS)
                struct {{names.Prefix}}_threads *pool = {{names.Prefix}}_threads_start((int)threads);
                if (pool == NULL) {
                    fprintf(stderr, "%ld threads cannot be started\n", threads);
                    return 1;
                }
                {{names.Prefix}}_set_parallel_for(&instance, {{names.Prefix}}_threads_run, pool); /* until the program ends */
        #else
                return usage("this program was compiled without {{names.Macro}}_THREADS and {{names.Prefix}}_threads.c");
        #endif
            }

        """;

    const string s_takeSize = """
         else if (strcmp(argv[i], "--size") == 0) {
                    if (i + 1 == argc || given_count == (int)(sizeof given / sizeof *given)) return usage("--size takes NAME=N, once for each size");
                    given[given_count++] = argv[++i];
                }
        """;

    const string s_applySizes = """
            for (int i = 0; i < given_count; i++)
                if (!set_size(entry, given[i])) return usage("--size takes the name of a size of the entry point, and a number within its bounds");
            if (entry->fit != NULL) entry->fit();

        """;

    const string s_platform = """
        /* ---- what differs between systems: mapping a file, and the clock */

        struct mapping {
            const void *data;
            size_t bytes;
        };

        #if defined(_WIN32)

        static int map_file(const char *path, struct mapping *mapping)
        {
            LARGE_INTEGER size;
            HANDLE view = NULL, file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
            if (file != INVALID_HANDLE_VALUE && GetFileSizeEx(file, &size) && size.QuadPart > 0)
                view = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
            mapping->data = view != NULL ? MapViewOfFile(view, FILE_MAP_READ, 0, 0, 0) : NULL;
            if (mapping->data == NULL) {
                fprintf(stderr, "%s: cannot be mapped (error %lu)\n", path, (unsigned long)GetLastError());
                return 0;
            }
            mapping->bytes = (size_t)size.QuadPart;
            return 1;
        }

        static double seconds(void)
        {
            LARGE_INTEGER now, frequency;
            QueryPerformanceCounter(&now);
            QueryPerformanceFrequency(&frequency);
            return (double)now.QuadPart / (double)frequency.QuadPart;
        }

        #else

        static int map_file(const char *path, struct mapping *mapping)
        {
            struct stat status;
            void *data = MAP_FAILED;
            int file = open(path, O_RDONLY);
            if (file >= 0 && fstat(file, &status) == 0) {
                if (status.st_size == 0) errno = EINVAL;
                else data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
            }
            if (data == MAP_FAILED) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return 0;
            }
            close(file);
            mapping->data = data;
            mapping->bytes = (size_t)status.st_size;
            return 1;
        }

        static double seconds(void)
        {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
        }

        #endif

        """;
}
