using System.Globalization;
using System.Text;
using Tiny.Jit;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>
/// Writes <c>index.js</c>: the program as plain data, and <c>load</c>, whose documentation <c>index.d.ts</c> has. Its tables say nothing that the runtime's <c>unpack</c> can tell: where constants lie follows from their order, and buffers and
/// kernels are called by number.
/// </summary>
internal static class IndexModule
{
    /// <summary>The file of other forms of kernels.</summary>
    public static string OthersName(Program program, string kind) => $"{program.Name}.{kind}.wgsl.js";

    public static string Write(Program program, BundlePlan plan, KernelModules modules, IEnumerable<string> others, WasmProgram? wasm, IReadOnlyList<WasmConstant> constants, WeightsFile weights, FileHeader header)
    {
        var t = new StringBuilder();
        void Line(FormattableString line) => t.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"import {{ loadProgram, unpack, TinyError }} from './tiny.js';");
        Line($"import * as wgsl from {JsText.Quote($"./{program.Name}.wgsl.js")};");
        Line($"");
        Line($"export {{ TinyError }};");
        Line($"");
        Line($"export const program = unpack({{");
        Line($"name: {JsText.Quote(program.Name)},");
        Line($"weights: {{");
        Line($"file: {JsText.Quote(plan.WeightsName)},");
        Line($"bytes: {weights.Bytes},");
        Line($"block: {WeightsFile.BlockBytes},");
        Line($"sha256: [{string.Join(", ", weights.BlockSha256.Select(JsText.Quote))}],");
        Line($"buffers: [{string.Join(", ", plan.WeightBuffers)}],");
        Line($"}},");
        Line($"memory: [{string.Join(", ", plan.MemoryBuffers)}],");
        string limits = string.Join(", ", plan.Limits.Select(l => $"{l.Key}: {l.Value}"));
        Line($"limits: {(limits.Length == 0 ? "{}" : "{ " + limits + " }")},");
        // As the file has them. Those that only WebAssembly reads have no place on the GPU.
        Line($"start: {weights.DataStart},");
        Line($"constants: [");
        foreach (var c in plan.Constants) Line($"[{JsText.Quote(c.Name)}, {c.Bytes}{(plan.IsBound(c) ? "" : ", 1")}],");
        Line($"],");
        var number = new Dictionary<ProgramBuffer, int>(ReferenceEqualityComparer.Instance);
        foreach (var c in plan.Constants) number[c] = number.Count;
        Line($"buffers: [");
        foreach (var b in program.Buffers)
        {
            if (!number.TryAdd(b, number.Count)) continue;
            var place = plan[b.Id];
            string more = b.Initial is { } initial ? $", {place.Memory}, {number[program.Buffers[initial]]}" : place.Memory > 0 ? $", {place.Memory}" : "";
            Line($"[{JsText.Quote(b.Name)}, {b.Bytes}, {place.Offset}{more}],");
        }
        Line($"],");
        if (wasm is not null)
        {
            Line($"wasm: {{");
            Line($"plain: new URL({JsText.Quote($"./{WasmProgram.PlainName(program)}")}, import.meta.url),");
            Line($"relaxed: new URL({JsText.Quote($"./{WasmProgram.RelaxedName(program)}")}, import.meta.url),");
            Line($"hash: {JsText.Quote(wasm.Hash)},");
            Line($"written: [{WasmModule.Guard}, {wasm.Plan.Written}],");
            Line($"bytes: {wasm.Plan.Bytes},");
            Line($"places: {{ {string.Join(", ", Places())} }},");
            Line($"states: [{string.Join(", ", wasm.Program.States.Select(s => $"[{wasm.Plan[s.Id]}, {wasm.Plan[s.Initial!.Value]}, {s.Bytes}]"))}],");
            // In the order in which they lie in its memory, by their numbers above.
            Line($"constants: [");
            foreach (var (_, source, loops) in constants)
                Line($"{(loops.Count == 0 ? number[source] : $"[{number[source]}, [{string.Join(", ", loops.Select(l => $"[{l.Extent}, {l.Step}]"))}]]")},");
            Line($"],");
            Line($"launches: {{ {string.Join(", ", wasm.Program.Entries.Select(e => $"{JsText.Key(e.Name)}: {e.Calls.Length}"))} }},");
            Line($"}},");
        }
        Line($"kernels: {{");
        foreach (var m in modules.All) Line($"{m.Row}");
        Line($"}},");
        foreach (string kind in others) Line($"{kind}: () => import({JsText.Quote($"./{OthersName(program, kind)}")}),");
        Line($"entries: {{");
        var kernels = modules.All.Select((m, i) => (m.Name, i)).ToDictionary(m => m.Name, m => m.i);
        foreach (var (entry, index) in program.Entries.Select((e, i) => (e, i)))
        {
            Line($"{JsText.Key(entry.Name)}: {{");
            Line($"work: {entry.Calls.Sum(c => program.Kernels[c.Kernel].Operations):0},");
            if (!entry.Variables.IsEmpty) Line($"sizes: {{ {string.Join(", ", entry.Variables.Select(v => Size(entry, v)))} }},");
            Ports("inputs", entry.Inputs);
            Ports("outputs", entry.Outputs);
            var calls = entry.Calls.Select((call, i) => $"[{string.Join(", ", call.Buffers.Select(b => number[program.Buffers[b]]).Prepend(kernels[modules.Of(index, i).Name]))}]");
            Line($"calls: [{string.Join(", ", calls)}],");
            Line($"}},");
        }
        Line($"}},");
        Line($"}}, wgsl);");
        Line($"");
        Line($"export const load = (options) => loadProgram(program, new URL({JsText.Quote("./" + plan.WeightsName)}, import.meta.url), options);");
        Line($"export default load;");
        return header.Script(t.ToString());

        // Of ports, by the names that these have as buffers here.
        IEnumerable<string> Places() => program.Entries.Zip(wasm!.Program.Entries).SelectMany(e =>
                e.First.Inputs.Concat(e.First.Outputs).Zip(e.Second.Inputs.Concat(e.Second.Outputs)))
            .Select(p => $"{JsText.Key(program.Buffers[p.First.Buffer].Name)}: {wasm.Plan[p.Second.Buffer].ToString(CultureInfo.InvariantCulture)}").Distinct();

        string Size(EntryPoint entry, Variable v)
        {
            string from = BundlePlan.ToldBy(program, entry, v) is var (port, count) ? string.Create(CultureInfo.InvariantCulture, $", from: {JsText.Quote(port)}, per: {count}") : "";
            return string.Create(CultureInfo.InvariantCulture, $"{v.Name}: {{ min: {v.Min}, max: {v.Max}{from} }}");
        }

        void Ports(string kind, IEnumerable<Port> ports)
        {
            var list = ports.Select(port =>
            {
                var b = program.Buffers[port.Buffer];
                string shape = b.Shape.IsSymbolic ? $"(s) => [{string.Join(", ", b.Shape.Select(JsText.Size))}]" : $"{b.Shape}";
                return $"{JsText.Key(port.Name)}: {{ buffer: {JsText.Quote(b.Name)}, dtype: {JsText.Quote(b.DType.ToString())}, shape: {shape} }}";
            }).ToList();
            Line($"{kind}: {(list.Count == 0 ? "{}" : $"{{ {string.Join(", ", list)} }}")},");
        }
    }
}
