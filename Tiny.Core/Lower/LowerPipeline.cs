using System.Diagnostics;
using Tiny.Algebra;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Lower;

/// <summary>The passes that turn a scheduled kernel into linear code for a target, in order.</summary>
static class LowerPipeline
{
    /// <summary>Runs them all; <paramref name="watch"/> is told each pass's name and result, <paramref name="chosen"/> takes the place of the heuristic's choices;
    /// <paramref name="decided"/> is told the body that is optimised, and what is done to it.</summary>
    /// <exception cref="OptException">The kernel cannot be given what was chosen.</exception>
    public static LinearKernel Run(Kernel kernel, TargetProfile profile, Action<string, UOp>? watch = null, IReadOnlyList<OptOp>? chosen = null,
        Action<UOp, IReadOnlyList<OptOp>>? decided = null)
    {
        lock (kernel.Interner)
        {
            using var table = kernel.Interner.Resume();
            var simplify = Symbolic.Simplifier();
            var (body, parameters) = (kernel.Sink, kernel.Params);
            if (profile.Float64 == ScalarKind.Float32)
                Pass("float64", () =>
                {
                    (var narrow, parameters) = NarrowFloat64.Run(body, parameters, kernel.Name);
                    return simplify.Run(narrow);
                }, AxisKind.Loop, AxisKind.Reduce);
            else if (profile.Computes.Count > 0 && !profile.Computes.Contains(ScalarKind.Float64)) NarrowFloat64.Refuse(kernel, profile.Name);
            Pass("emulate", () =>
            {
                (body, parameters) = Emulate.Run(body, parameters, profile, kernel.Name);
                return simplify.Run(body);
            }, AxisKind.Loop, AxisKind.Reduce);
            var choices = chosen ?? (Debugging.NoOpt || profile.PlainLoops ? [] : Heuristic.Choose(body, profile));
            Debugging.Write(3, () => $"{kernel.Name} for {profile.Name}: {(choices.Count == 0 ? "plain loops" : string.Join(" ", choices))}");

            decided?.Invoke(body, choices);
            if (chosen is not null) OptRules.Check(body, chosen, profile);
            Pass("optimise", () => Apply(body, choices, simplify),
                AxisKind.Loop, AxisKind.Reduce, AxisKind.Upcast, AxisKind.Unroll, AxisKind.Vector, AxisKind.Dot, AxisKind.Local, AxisKind.Group);
            Pass("expand", () => Expand.Run(body, simplify), AxisKind.Loop, AxisKind.Reduce, AxisKind.Vector, AxisKind.Dot, AxisKind.Local, AxisKind.Group);
            // Tiles may have left a loop of which a part is divided.
            if (SplitRanges.Find(body) is { } divided) Pass("split", () => SplitRanges.Run(body, divided, simplify), AxisKind.Loop, AxisKind.Reduce, AxisKind.Vector, AxisKind.Dot, AxisKind.Local, AxisKind.Group);
            if (profile.Grid) Pass("grid", () => GridDims.Run(body, profile.WorkgroupSize, simplify), AxisKind.Reduce, AxisKind.Vector);
            Pass("vectorise", () => Vectorize.Run(body, parameters, simplify), AxisKind.Loop, AxisKind.Reduce);
            Pass("decompose", () => Decompose.Run(body, profile), AxisKind.Loop, AxisKind.Reduce);
            if (profile.WordMemory)
                Pass("words", () =>
                {
                    (var packed, parameters) = PackedMemory.Run(body, parameters, simplify);
                    return packed;
                }, AxisKind.Loop, AxisKind.Reduce);
            if (profile.VectorMemory)
                Pass("vectors", () =>
                {
                    (var vectors, parameters) = VectorMemory.Run(body, parameters, simplify);
                    return vectors;
                }, AxisKind.Loop, AxisKind.Reduce);
            Pass("order sums", () => OrderSums.Run(body), AxisKind.Loop, AxisKind.Reduce);
            var linear = new LinearKernel(kernel.Name, Linearize.Run(body, profile), parameters, profile) { Variables = kernel.Variables };
            foreach (var (shared, most) in new[] { (false, profile.StageBytes), (true, profile.GroupBytes) })
                if (linear.StageBytes(shared) is var staged && staged > most)
                    throw new OptException($"{kernel.Name} keeps {staged} bytes in stages{(shared ? " of a workgroup" : "")}; {profile.Name} has at most {most}");
            if (Debugging.Spec) Spec.Linear(linear, "linearise");
            Debugging.Write(5, () => Dump.Lines(linear.Code));
            Debugging.Write(4, () => Code(kernel, profile, linear));
            return linear;

            void Pass(string name, Func<UOp> run, params ReadOnlySpan<AxisKind> axes)
            {
                long start = Stopwatch.GetTimestamp();
                body = run();
                Debugging.Write(7, () => $"{kernel.Name}: {name} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.00} ms, {body.Topological().Count} nodes");
                Debugging.Write(6, () => $"{kernel.Name} after {name}\n{Dump.Text(body)}");
                if (Debugging.Spec) Spec.Kernel(body, parameters, name, axes);
                watch?.Invoke(name, body);
            }
        }
    }

    static UOp Apply(UOp body, IReadOnlyList<OptOp> choices, Rewriter simplify)
    {
        try
        {
            return choices.Aggregate(body, (b, opt) => OptOps.Apply(b, opt, simplify));
        }
        catch (ArgumentException e)
        {
            throw new OptException(e.Message, e);
        }
    }

    // For people: WGSL where it is for a grid, else the kernel as plain C, whatever its target.
    static string Code(Kernel kernel, TargetProfile profile, LinearKernel linear)
    {
        string[] names = [.. kernel.Params.Select((p, i) => p.Written ? "output" : $"input{i}")];
        if (profile.Grid) return WgslRenderer.Render(linear, [.. names.Select(n => new WgslBinding(n, false))]);
        int level = Debugging.Level;
        Debugging.Level = 0;
        try
        {
            return CRenderer.Render(Run(kernel, CRenderer.Plain), names).Text;
        }
        finally
        {
            Debugging.Level = level;
        }
    }
}
