using System.Runtime.InteropServices;
using Tiny.Cli.Verify;
using Tiny.Export.C;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Cli.Measuring;

/// <summary>Kernels that the machine's C compiler has made into a library, loaded into this process (<see cref="CBench"/>).</summary>
sealed unsafe class TuneLibrary : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    readonly DirectoryInfo _folder;
    nint _library;
    readonly delegate* unmanaged<int, void**, int*, int, double> _run;
    readonly delegate* unmanaged<nuint, void> _cool;
    readonly delegate* unmanaged<byte*, nuint, int> _warm;
    readonly delegate* unmanaged<int, int> _has;

    /// <summary>Compiles and loads.</summary>
    /// <exception cref="CProgramException">The compiler refuses the text.</exception>
    /// <exception cref="TargetException">There is no compiler.</exception>
    public TuneLibrary(IReadOnlyList<LinearKernel> kernels, CancellationToken cancellation)
    {
        _folder = Directory.CreateTempSubdirectory("tiny-tune-");
        try
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "kernels.c"), CBench.Text(kernels).ReplaceLineEndings("\n"));
            var name = Path.Combine(_folder.FullName, OperatingSystem.IsWindows() ? "kernels.dll" : "kernels.so");
            CCompiler.CompileLibrary(_folder.FullName, name, ["kernels.c"], s_longest, cancellation);
            _library = NativeLibrary.Load(name);
            _run = (delegate* unmanaged<int, void**, int*, int, double>)NativeLibrary.GetExport(_library, "tune_run");
            _cool = (delegate* unmanaged<nuint, void>)NativeLibrary.GetExport(_library, "tune_cool");
            _warm = (delegate* unmanaged<byte*, nuint, int>)NativeLibrary.GetExport(_library, "tune_warm");
            _has = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(_library, "tune_has");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>True where this processor runs kernels of a variant.</summary>
    public bool Has(int variant) => _has(variant) != 0;

    /// <summary>Calls a kernel; gives the processor time of a call in seconds.</summary>
    public double Run(int kernel, KernelMemory memory, int times)
    {
        void** pointers = stackalloc void*[memory.Buffers.Count];
        for (int i = 0; i < memory.Buffers.Count; i++) pointers[i] = memory.Buffers[i].Pointer;
        double seconds;
        fixed (int* sizes = memory.Sizes) seconds = _run(kernel, pointers, sizes, times);
        GC.KeepAlive(memory);
        return seconds;
    }

    /// <summary>Puts the caches into the state in which a program launches a kernel: weights far, activations near.</summary>
    public void Cool(KernelMemory memory, int bytes)
    {
        _cool((nuint)bytes);
        foreach (HostMemory near in memory.Near) _warm(near.Pointer, (nuint)near.Bytes);
        GC.KeepAlive(memory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_library != 0) NativeLibrary.Free(_library);
        _library = 0;
        _folder.Delete(recursive: true);
    }
}
