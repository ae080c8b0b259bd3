using Tiny.Jit;

namespace Tiny.Export.WebGpu;

/// <summary>
/// Where a buffer lies: <paramref name="Offset"/> bytes into GPU buffer <paramref name="Memory"/> of the working memory, or into weight buffer
/// <paramref name="Weights"/>, which is filled from the data section of the weights file at <paramref name="DataOffset"/>.
/// </summary>
internal readonly record struct Place(long Offset, int Memory = 0, int? Weights = null, long DataOffset = 0);

/// <summary>
/// The memory of a bundle. Everything that is written lies in the working memory: the arena, then inputs and outputs. It is one GPU
/// buffer, or as few as WebGPU's default limit on a buffer allows. Weights lie in as few buffers as WebGPU's default limit on a binding allows. WebGPU forbids one buffer to be bound read-only and
/// writable in the same launch, so working memory is always bound writable and weights never are.
/// </summary>
internal sealed class BundlePlan
{
    /// <summary>Every binding starts at a multiple of this: WebGPU's default minStorageBufferOffsetAlignment.</summary>
    public const long Alignment = 256;
    /// <summary>Default maxStorageBufferBindingSize.</summary>
    public const long BindingLimit = 128L << 20;
    /// <summary>The largest maxStorageBufferBindingSize that there is: WGSL counts bytes in 32 bits.</summary>
    public const long MostBinding = (4L << 30) - 4;
    /// <summary>Default maxBufferSize.</summary>
    public const long BufferLimit = 256L << 20;
    /// <summary>Default maxStorageBuffersPerShaderStage.</summary>
    const int BindingsLimit = 8;

    readonly Dictionary<int, Place> _places = [];
    readonly Dictionary<ProgramBuffer, long> _data = new(ReferenceEqualityComparer.Instance);
    long _bufferLimit;

    BundlePlan(Program program, IEnumerable<ProgramBuffer> others)
    {
        Program = program;
        Constants = [.. program.Buffers.Where(b => b.Role == BufferRole.Constant).Concat(others).OrderByDescending(b => b.DType.Size).ThenBy(b => b.Name, StringComparer.Ordinal)];
        WeightsName = $"{program.Name}.safetensors";
    }

    public Program Program { get; }
    public string WeightsName { get; }
    /// <summary>Bytes of each buffer of the working memory.</summary>
    public List<long> MemoryBuffers { get; } = [];
    /// <summary>Bytes of each weight buffer.</summary>
    public List<long> WeightBuffers { get; } = [];
    /// <summary>Constants in the order of the weights file: wide elements first, then by name. Those that only WebAssembly reads have no place.</summary>
    public IReadOnlyList<ProgramBuffer> Constants { get; }
    /// <summary>Limits above the default that the program needs, by their WebGPU names.</summary>
    public SortedDictionary<string, long> Limits { get; } = new(StringComparer.Ordinal);

    public Place this[int buffer] => _places[buffer];

    /// <summary>Where a constant's bytes begin in the file's data.</summary>
    public long DataOffset(ProgramBuffer constant) => _data[constant];

    /// <param name="program">What is exported.</param>
    /// <param name="bufferLimit">The most bytes of one GPU buffer, as long as none of the program's is longer.</param>
    /// <param name="others">Constants that the weights file holds beside the program's own.</param>
    /// <param name="mostBinding">The most bytes that a kernel may be given of one buffer.</param>
    /// <exception cref="TargetException">One of the program's buffers is longer than that, or of a dtype that WebGPU has not.</exception>
    public static BundlePlan Of(Program program, IEnumerable<ProgramBuffer> others, long bufferLimit = BufferLimit, long mostBinding = MostBinding)
    {
        if (program.Buffers.FirstOrDefault(b => b.Bytes > mostBinding) is { } large)
            throw new TargetException($"webgpu: {Describe(large)} {large.DType}{large.Shape} has {large.Bytes} bytes, and no kernel can be given more than {mostBinding} of one buffer; "
                + "make it several tensors (Split, Chunk), or export as C");
        bufferLimit = program.Buffers.Where(b => b.Role != BufferRole.Constant).Select(b => RoundUp(b.Bytes)).Append(bufferLimit).Max();
        var plan = new BundlePlan(program.WithArenasOf(bufferLimit), others) { _bufferLimit = bufferLimit };
        plan.Check();
        plan.PlaceBuffers();
        plan.CheckCalls();
        return plan;
    }

    void Check()
    {
        foreach (var entry in Program.Entries)
        {
            if (entry.Name is "device" or "stats" or "reset" or "dispose" or "constructor" or "then" || entry.Name.StartsWith('_'))
                throw new TargetException($"webgpu: the entry point '{entry.Name}' has a name that the bundle's model "
                    + "needs itself; rename the method");
            foreach (var v in entry.Variables)
                if (entry.Inputs.Any(p => p.Name == v.Name))
                    throw new TargetException($"webgpu: {entry.Name} has an input and a size named '{v.Name}', and both are given by name; rename one");
        }
        if (Program.Buffers.FirstOrDefault(b => b.DType == DType.Float64) is not { } wide) return;
        var users = Program.Entries.Where(e => e.Inputs.Concat(e.Outputs).Any(p => p.Buffer == wide.Id) || e.Calls.Any(c => c.Buffers.Contains(wide.Id)));
        throw TargetException.NoFloat64("webgpu", $"{Describe(wide)} of {string.Join(", ", users.Select(e => e.Name))}",
            wide.Role == BufferRole.Input ? [] : users.SelectMany(e => e.Calls).Select(c => Program.Kernels[c.Kernel]));
    }

    static string Describe(ProgramBuffer b) => b.Role switch
    {
        BufferRole.Input => "input",
        BufferRole.Output => "output",
        BufferRole.Constant => "constant",
        BufferRole.State => "state",
        _ => "intermediate value",
    } + $" '{b.Name}'";

    /// <summary>The input whose length tells a size, and how many elements are one more; null where none does and the caller must give it.</summary>
    public static (string Port, long Count)? ToldBy(Program program, EntryPoint entry, Variable size)
    {
        foreach (var port in entry.Inputs)
            if (program.Buffers[port.Buffer].Shape.Count.DividedBy(size) is { IsSymbolic: false } count) return (port.Name, count.Min);
        return null;
    }

    void PlaceBuffers()
    {
        long data = 0;
        MemoryBuffers.AddRange(Program.Arenas.Select(RoundUp));
        foreach (var b in Program.Buffers)
        {
            if (b.Bytes > BindingLimit) Need("maxStorageBufferBindingSize", b.Bytes);
            if (b.Role == BufferRole.Arena) _places[b.Id] = new(b.Offset, b.Arena);
            else if (b.Role != BufferRole.Constant)
            {
                if (MemoryBuffers.Count == 0 || MemoryBuffers[^1] + RoundUp(b.Bytes) > _bufferLimit) MemoryBuffers.Add(0);
                _places[b.Id] = new(MemoryBuffers[^1], MemoryBuffers.Count - 1);
                MemoryBuffers[^1] += RoundUp(b.Bytes);
            }
        }
        foreach (var b in Constants)
        {
            _data[b] = data;
            if (IsBound(b)) _places[b.Id] = PlaceConstant(b, data);
            data += b.Bytes;
        }
        foreach (var bytes in WeightBuffers.Concat(MemoryBuffers))
            if (bytes > BufferLimit) Need("maxBufferSize", bytes);
    }

    /// <summary>True for a constant that the GPU is given.</summary>
    public bool IsBound(ProgramBuffer constant) => ReferenceEquals(Program.Buffers.ElementAtOrDefault(constant.Id), constant);

    Place PlaceConstant(ProgramBuffer b, long data)
    {
        long bytes = RoundUp(b.Bytes);
        if (WeightBuffers.Count == 0 || WeightBuffers[^1] + bytes > BindingLimit) WeightBuffers.Add(0);
        var place = new Place(WeightBuffers[^1], Weights: WeightBuffers.Count - 1, DataOffset: data);
        WeightBuffers[^1] += bytes;
        return place;
    }

    void CheckCalls()
    {
        foreach (var call in Program.Entries.SelectMany(e => e.Calls))
        {
            var kernel = Program.Kernels[call.Kernel];
            if (call.Buffers.Length > BindingsLimit) Need("maxStorageBuffersPerShaderStage", call.Buffers.Length);
            for (int i = 0; i < call.Buffers.Length; i++)
            {
                var b = Program.Buffers[call.Buffers[i]];
                if (kernel.Params[i].Written && b.Role == BufferRole.Constant)
                    throw new InvalidOperationException($"kernel {kernel.Name} writes the constant '{b.Name}'");
                if (b.Role != BufferRole.Constant && call.Buffers.AsSpan(0, i).Contains(b.Id))
                    throw new TargetException($"webgpu: kernel {kernel.Name} takes the buffer '{b.Name}' twice, which WebGPU forbids");
            }
        }
    }

    void Need(string limit, long value) => Limits[limit] = Math.Max(value, Limits.GetValueOrDefault(limit));

    // Even an empty buffer has a place of its own, as a binding cannot be empty.
    static long RoundUp(long bytes) => Math.Max(1, (bytes + Alignment - 1) / Alignment) * Alignment;
}
