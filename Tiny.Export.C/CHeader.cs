using Tiny.Jit;

namespace Tiny.Export.C;

/// <summary>The text of <c>NAME.h</c>: what a caller has to know.</summary>
static class CHeader
{
    /// <summary>The error codes, their macro names after the model's, and what each means.</summary>
    public static (string Name, string Meaning)[] Errors(Program program) =>
        program.Entries.Any(e => !e.Variables.IsEmpty) ? [.. s_errors, ("ERROR_SIZE", "a size is out of its bounds")] : s_errors;

    static readonly (string Name, string Meaning)[] s_errors =
    [
        ("OK", "success"),
        ("ERROR_ARGUMENT", "a pointer is NULL"),
        ("ERROR_ALIGNMENT", "the arena or the weights are not aligned as documented"),
        ("ERROR_LENGTH", "the weights are truncated, or have bytes to spare"),
        ("ERROR_FORMAT", "these are no weights, or of another version of the format"),
        ("ERROR_MODEL", "these are the weights of another model, or of another training of this one"),
        ("ERROR_HASH", "the weights were altered or damaged"),
        ("ERROR_ARENA", "the arena is too small"),
    ];

    public static string Text(Program program, CNames names, CKernels kernels, string banner)
    {
        var (model, prefix, macro) = (names.Model, names.Prefix, names.Macro);
        int width = Errors(program).Select((e, i) => $"{macro}_{e.Name} = {i},".Length).Max();
        var errors = string.Join("\n", Errors(program).Select((e, i) => "    " + $"{macro}_{e.Name} = {i},".PadRight(width) + $" /* {e.Meaning} */"));
        var entries = string.Concat(program.Entries.Select(e => $"\n/* {Ports(program, e)}{Sizes(e)} */\n{names.Signature(e)};\n"));
        var sizes = Errors(program).Length > s_errors.Length ? $",\n * or {macro}_ERROR_SIZE where a size is out of its bounds" : "";
        var states = string.Join(", ", program.States.Select(s => $"{s.Name} {Describe(s)}"));
        var reset = program.StateBytes == 0 ? "" : CSource.Comment($"Forgets: what the model remembers is again as {prefix}_init left it. State: {states}", "")
            + $"int {prefix}_reset({model} *m);\n\n";
        return $$"""
            {{banner}}
            #ifndef {{macro}}_H
            #define {{macro}}_H

            #include <stddef.h>
            #include <stdint.h>

            #ifdef __cplusplus
            extern "C" {
            #endif

            /* Working memory that the model needs, in bytes{{(program.StateBytes > 0 ? "; the last " + CNames.Number(program.StateBytes) + " hold what it remembers between calls" : "")}}. */
            #define {{macro}}_ARENA_BYTES {{program.ArenaBytes + program.StateBytes}}

            /* What the functions return. */
            enum {
            {{errors}}
            };

            {{(kernels.HasTables ? $"struct {prefix}_kernels;\n\n" : "")}}{{(kernels.HasParts ? ParallelForType(prefix) : "")}}/* A model ready to run. It holds pointers only: weights and arena stay the caller's, and must outlive it. Several models may
             * share weights{{(program.StateBytes > 0 ? ", but each needs an arena of its own" : "; calls that share an arena must not run at once")}}. */
            typedef struct {{model}} {
                const unsigned char *weights; /* the tensors, after the file's header */
                unsigned char *arena;         /* {{macro}}_ARENA_BYTES of {{(program.StateBytes > 0 ? "memory, scratch and state" : "scratch memory, without meaning between calls")}} */
            {{(kernels.HasTables ? $"    const struct {prefix}_kernels *kernels; /* those for this processor */\n" : "")}}{{(kernels.HasParts ? $"    {prefix}_parallel_for parallel_for; /* who shares out long kernels; NULL where the caller runs them */\n    void *parallel_context;\n" : "")}}} {{model}};

            /* Checks the bytes of {{prefix}}.weights (length, model and hash) and sets up m. The weights are used where they lie: they are neither
             * copied nor written, so a read-only mapping of the file will do. Weights and arena must be aligned to {{CSource.Alignment(program)}} bytes, as an
             * array of {{CSource.ArenaElement(program)}} is.
             * Returns {{macro}}_OK; on an error the code above, and nothing is written. */
            int {{prefix}}_init({{model}} *m, const void *weights, size_t bytes, void *arena, size_t arena_bytes);

            {{reset}}{{(kernels.HasParts ? ParallelFor(names) : "")}}/* What a code means, in English. */
            const char *{{prefix}}_error_text(int code);

            /* The functions below return {{macro}}_OK or {{macro}}_ERROR_ARGUMENT{{sizes}}. What they write must not overlap any other argument; none may overlap
             * the arena or the weights. Tensors are row-major. */
            {{entries}}
            #ifdef __cplusplus
            }
            #endif

            #endif

            """;
    }

    static string ParallelForType(string prefix) => $$"""
        /* Calls body(work, part) for each part from 0 to parts - 1, once, in any order and on any threads, and returns when all calls have. */
        typedef void (*{{prefix}}_parallel_for)(void *context, void (*body)(void *work, int part), void *work, int parts);


        """;

    static string ParallelFor(CNames names) => $$"""
        /* Lets run share out the parts of long kernels among threads; NULL, as {{names.Prefix}}_init leaves it, and the calling thread runs them. Results are the
         * same to the bit. Short kernels stay on the calling thread. A small pool of threads is in {{names.Prefix}}_threads.h. */
        void {{names.Prefix}}_set_parallel_for({{names.Model}} *m, {{names.Prefix}}_parallel_for run, void *context);


        """;

    static string Ports(Program program, EntryPoint entry)
    {
        string List(IEnumerable<Port> ports) => string.Join(", ", ports.Select(p => $"{p.Name} {Describe(program.Buffers[p.Buffer])}{(p.Note is null ? "" : $" ({p.Note})")}"));
        var inputs = entry.Inputs.Length == 0 ? "no input" : List(entry.Inputs);
        return $"{entry.Name}: {inputs} -> {List(entry.Outputs)}";
    }

    // "; t from 1 to 512"
    static string Sizes(EntryPoint entry) => string.Concat(entry.Variables.Select(v => $"; {v.Name} from {v.Min} to {v.Max}"));

    static string Describe(ProgramBuffer b) => $"{b.DType} {b.Shape}{(b.DType.IsBool ? " (0 or 1)" : b.DType.IsShortFloat ? " (its bits)" : "")}";
}
