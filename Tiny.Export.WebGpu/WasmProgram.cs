using System.Security.Cryptography;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>
/// A program as WebAssembly: a module for any browser with SIMD, one for those with relaxed SIMD, and where buffers lie in the memory of either. An entry point
/// is an exported function <c>run_NAME</c> of its sizes, which makes all its calls.
/// </summary>
internal sealed record WasmProgram(Program Program, WasmPlan Plan, byte[] Module, byte[] Relaxed)
{
    /// <summary>The file of <see cref="Module"/>.</summary>
    public static string PlainName(Program program) => $"{program.Name}.wasm";
    /// <summary>The file of <see cref="Relaxed"/>.</summary>
    public static string RelaxedName(Program program) => $"{program.Name}.relaxed.wasm";
    /// <summary>What tells this module from others.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Module))[..16];

    /// <summary>The name that an entry point is exported by.</summary>
    public static string Export(EntryPoint entry) => $"run_{entry.Name}";

    /// <summary>The program's modules; null where it needs more memory than WebAssembly has.</summary>
    public static WasmProgram? Of(Program program, ScalarKind float64 = ScalarKind.Float64, Tuning? tuning = null, CancellationToken cancellation = default)
    {
        var plain = Lowered(program, WasmModule.Profile with { Float64 = float64 }, tuning, cancellation);
        var relaxed = Lowered(program, WasmModule.Relaxed with { Float64 = float64 }, tuning, cancellation);
        var plan = new WasmPlan(program, plain.Concat(relaxed).Max(StageBytes));
        return plan.Bytes > WasmModule.MostBytes ? null : new(program, plan, Write(program, plan, plain), Write(program, plan, relaxed));
    }

    static IReadOnlyList<LinearKernel> Lowered(Program program, TargetProfile profile, Tuning? tuning, CancellationToken cancellation) =>
        [.. program.Kernels.Select(k =>
        {
            cancellation.ThrowIfCancellationRequested();
            return k.Lower(profile, tuning);
        })];

    // As the renderer places them.
    static long StageBytes(LinearKernel kernel) => kernel.Code.Where(u => u.Op == Op.Stage).Sum(u => (kernel.CountOf(u) * u.DType.Size + 15L) / 16 * 16);

    static byte[] Write(Program program, WasmPlan plan, IReadOnlyList<LinearKernel> kernels)
    {
        var module = new WasmModule(plan.Bytes);
        var calls = program.Entries.SelectMany(e => e.Calls).ToLookup(c => c.Kernel);
        int[] numbers = new int[kernels.Count];
        for (int k = 0; k < kernels.Count; k++)
        {
            // Of a kernel that is called once the addresses are part of its code.
            var addresses = calls[k].Count() == 1 ? calls[k].Single().Buffers.Select(b => plan[b]).ToList() : null;
            numbers[k] = module.Kernel(kernels[k], addresses, plan.Stages);
        }
        foreach (var entry in program.Entries)
            module.Entry(Export(entry), entry.Variables.Length, entry.Calls.Select(c => new WasmCall(numbers[c.Kernel], [.. c.Buffers.Select(b => plan[b])],
                [.. kernels[c.Kernel].Variables.Select(v => entry.Variables.IndexOf(v))])));
        return module.ToArray();
    }
}
