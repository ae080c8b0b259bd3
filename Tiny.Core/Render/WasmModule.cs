using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Render;

/// <summary>
/// A WebAssembly module under construction: kernels as functions, and functions that call them. It has one memory, which it exports as <c>memory</c>, and
/// imports nothing but functions of float64 from <c>math</c>, where a kernel needs them. Nothing lies in the first and last <see cref="Guard"/> bytes of the
/// memory: kernels may read there what they then mask out.
/// </summary>
public sealed class WasmModule
{
    /// <summary>Bytes at both ends of the memory that hold nothing.</summary>
    public const int Guard = 1 << 16;
    /// <summary>The most bytes of a memory.</summary>
    public const long MostBytes = 1L << 32;

    const int Page = 1 << 16;

    readonly long _memory;
    readonly List<WasmKernel> _kernels = [];
    readonly List<(string Name, WasmFunction Function)> _exports = [];
    readonly WasmHelper _helpers = new();

    /// <param name="bytes">Length of the memory, with what nothing lies in.</param>
    public WasmModule(long bytes)
    {
        if (bytes > MostBytes) throw new TargetException($"wasm: {bytes} bytes of memory, and there are at most {MostBytes}");
        _memory = bytes;
    }

    /// <summary>SIMD128.</summary>
    public static TargetProfile Profile { get; } = new("wasm")
    {
        VectorLanes = 4,
        // Of 16 the engine keeps one for itself, and a product has one until it is added.
        Registers = 14,
        // What engines do to a block: some move its loads to its beginning, others take it as it comes.
        LoadsFirst = true,
        InOrder = true,
        Unroll = 48,
        PanelBytes = 128 << 10,
        OutputsOfTest = 1,
        Lacks = new HashSet<Op> { Op.Exp2, Op.Exp, Op.Log2 },
        Stores = ImmutableHashSet.Create(ScalarKind.Int8, ScalarKind.UInt8, ScalarKind.Int16, ScalarKind.UInt16, ScalarKind.Int32, ScalarKind.UInt32,
            ScalarKind.Int64, ScalarKind.UInt64, ScalarKind.Float32, ScalarKind.Float64),
        Computes = ImmutableHashSet.Create(ScalarKind.Bool, ScalarKind.Int32, ScalarKind.UInt32, ScalarKind.Int64, ScalarKind.UInt64,
            ScalarKind.Float32, ScalarKind.Float64),
    };

    /// <summary>SIMD128 and relaxed SIMD's multiply-add, which rounds once or twice as the machine likes.</summary>
    public static TargetProfile Relaxed { get; } = Profile with { Name = "wasm-relaxed", Fma = true };

    /// <summary>
    /// A kernel as a function: its number, to be called by. Where <paramref name="addresses"/> of its memory arguments are given they are part of the code, else
    /// each call gives them. Its stages lie at <paramref name="stages"/>.
    /// </summary>
    /// <exception cref="TargetException">The kernel uses something that WebAssembly lacks.</exception>
    public int Kernel(LinearKernel kernel, IReadOnlyList<long>? addresses, long stages)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        _kernels.Add(WasmRenderer.Render(kernel, addresses, stages, _helpers));
        return _kernels.Count - 1;
    }

    /// <summary>An exported function of <paramref name="variables"/> integers that makes calls in their order.</summary>
    public void Entry(string export, int variables, IEnumerable<WasmCall> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var function = new WasmFunction([.. Enumerable.Repeat(WasmType.I32, variables)]);
        foreach (var call in calls)
        {
            var kernel = _kernels[call.Kernel];
            for (int i = 0; i < kernel.Biases.Length; i++) function.Const((int)(call.Addresses[i] + kernel.Biases[i]));
            foreach (int v in call.Variables) function.Get(v);
            function.Call(kernel.Function);
        }
        _exports.Add((export, function));
    }

    /// <summary>The module's bytes.</summary>
    public byte[] ToArray()
    {
        var functions = new List<WasmFunction>();
        void Add(WasmFunction f)
        {
            if (functions.Contains(f)) return;
            foreach (var callee in f.Callees.Distinct()) Add(callee);
            functions.Add(f);
        }
        foreach (var kernel in _kernels) Add(kernel.Function);
        foreach (var (_, function) in _exports) Add(function);
        // Imports have the first numbers.
        functions = [.. functions.OrderBy(f => f.Import is null ? 1 : 0)];
        var numbers = functions.Select((f, i) => (f, i)).ToDictionary(x => x.f, x => x.i);
        var own = functions.FindAll(f => f.Import is null);
        var types = new List<string>();
        int TypeOf(WasmFunction f)
        {
            string signature = Signature(f);
            if (!types.Contains(signature)) types.Add(signature);
            return types.IndexOf(signature);
        }
        foreach (var f in functions) TypeOf(f);

        var module = new WasmBytes();
        module.Fixed([0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0]);
        Section(module, 1, types, (b, t) => b.Fixed([.. t.Select(c => (byte)c)]));
        Section(module, 2, functions.FindAll(f => f.Import is not null), (b, f) =>
        {
            b.Name("math");
            b.Name(f.Import!);
            b.Byte(0);
            b.Unsigned((uint)TypeOf(f));
        });
        Section(module, 3, own, (b, f) => b.Unsigned((uint)TypeOf(f)));
        uint pages = (uint)((_memory + Page - 1) / Page);
        Section(module, 5, [pages], (b, n) =>
        {
            b.Byte(1);
            b.Unsigned(n);
            b.Unsigned(n);
        });
        Section(module, 7, [("memory", (byte)2, 0), .. _exports.Select(e => (e.Name, (byte)0, numbers[e.Function]))], (b, e) =>
        {
            b.Name(e.Item1);
            b.Byte(e.Item2);
            b.Unsigned((uint)e.Item3);
        });
        Section(module, 10, own, (b, f) => b.Sized(f.Body(callee => numbers[callee])));
        return module.ToArray();
    }

    static void Section<T>(WasmBytes module, byte number, IReadOnlyCollection<T> items, Action<WasmBytes, T> write)
    {
        if (items.Count == 0) return;
        var section = new WasmBytes();
        section.Unsigned((uint)items.Count);
        foreach (var item in items) write(section, item);
        module.Byte(number);
        module.Sized(section.Span);
    }

    // A function type as bytes, one a character.
    static string Signature(WasmFunction f)
    {
        var bytes = new WasmBytes();
        bytes.Byte(0x60);
        bytes.Sized([.. f.Parameters.Select(p => (byte)p)]);
        bytes.Sized(f.Result is { } result ? [(byte)result] : []);
        return string.Concat(bytes.ToArray().Select(b => (char)b));
    }
}

/// <summary>A call of a kernel: addresses of its memory arguments, and which of the caller's variables are its own.</summary>
public sealed record WasmCall(int Kernel, IReadOnlyList<long> Addresses, IReadOnlyList<int> Variables);

/// <summary>A kernel's function, and what is added to each address that it is given; none where addresses are part of its code.</summary>
sealed record WasmKernel(WasmFunction Function, ImmutableArray<long> Biases);
