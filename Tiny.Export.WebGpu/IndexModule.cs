using System.Globalization;
using System.Text;
using Tiny.Jit;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>Writes <c>index.js</c>: the program as plain data, and <c>load</c>.</summary>
internal static class IndexModule
{
    public static string Write(Program program, BundlePlan plan, KernelModules modules, WasmProgram? wasm, IReadOnlyList<WasmConstant> constants, WeightsFile weights, FileHeader header)
    {
        var t = new StringBuilder();
        void Line(FormattableString line) => t.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"import {{ loadProgram, TinyError }} from './tiny.js';");
        Line($"import * as wgsl from {JsText.Quote($"./{program.Name}.wgsl.js")};");
        Line($"");
        Line($"export {{ TinyError }};");
        Line($"");
        Line($"/** The compiled program: plain data. */");
        Line($"export const program = {{");
        Line($"  name: {JsText.Quote(program.Name)},");
        Line($"  weights: {{");
        Line($"    file: {JsText.Quote(plan.WeightsName)},");
        Line($"    bytes: {weights.Bytes},");
        Line($"    block: {WeightsFile.BlockBytes},");
        Line($"    sha256: [{string.Join(", ", weights.BlockSha256.Select(JsText.Quote))}],");
        Line($"    buffers: [{string.Join(", ", plan.WeightBuffers)}],");
        Line($"  }},");
        Line($"  memory: [{string.Join(", ", plan.MemoryBuffers)}],");
        string limits = string.Join(", ", plan.Limits.Select(l => $"{l.Key}: {l.Value}"));
        Line($"  limits: {(limits.Length == 0 ? "{}" : "{ " + limits + " }")},");
        if (wasm is not null)
        {
            Line($"  wasm: {{");
            Line($"    plain: new URL({JsText.Quote($"./{WasmProgram.PlainName(program)}")}, import.meta.url),");
            Line($"    relaxed: new URL({JsText.Quote($"./{WasmProgram.RelaxedName(program)}")}, import.meta.url),");
            Line($"    hash: {JsText.Quote(wasm.Hash)},");
            Line($"    written: [{WasmModule.Guard}, {wasm.Plan.Written}],");
            Line($"    bytes: {wasm.Plan.Bytes},");
            Line($"    places: {{ {string.Join(", ", Places())} }},");
            Line($"    states: [{string.Join(", ", wasm.Program.States.Select(s => $"[{wasm.Plan[s.Id]}, {wasm.Plan[s.Initial!.Value]}, {s.Bytes}]"))}],");
            Line($"    constants: [");
            foreach (var (target, source, loops) in constants)
            {
                string moved = loops.Count == 0 ? "" : $", [{string.Join(", ", loops.Select(l => $"[{l.Extent}, {l.Step}]"))}]";
                Line($"      [{weights.DataStart + plan.DataOffset(source)}, {target.Bytes}, {wasm.Plan[target.Id]}{moved}], // {JsText.Quote(target.Name)}");
            }
            Line($"    ],");
            Line($"    launches: {{ {string.Join(", ", wasm.Program.Entries.Select(e => $"{JsText.Key(e.Name)}: {e.Calls.Length}"))} }},");
            Line($"  }},");
        }
        Line($"  buffers: {{");
        foreach (var b in program.Buffers)
        {
            var place = plan[b.Id];
            string from = place.Weights is { } group
                ? string.Create(CultureInfo.InvariantCulture, $", weights: {group}, at: {weights.DataStart + place.DataOffset}")
                : place.Memory > 0 ? string.Create(CultureInfo.InvariantCulture, $", memory: {place.Memory}") : "";
            if (b.Initial is { } initial) from += $", initial: {JsText.Quote(program.Buffers[initial].Name)}";
            Line($"    {JsText.Key(b.Name)}: {{ offset: {place.Offset}, bytes: {b.Bytes}{from} }}, // {b.DType} {b.Shape}");
        }
        Line($"  }},");
        Line($"  kernels: {{");
        foreach (var m in modules.All)
        {
            string entry = JsText.Quote(m.Entry), access = JsText.Quote(m.Access), sizes = m.Sizes.Length > 0 ? $", sizes: [{m.Sizes}]" : m.Numbers.Length > 0 ? $", numbers: [{m.Numbers}]" : "";
            Line($"    {m.Name}: {{ code: wgsl.{m.Text}, entry: {entry}, access: {access}, groups: {m.Groups}{sizes} }},");
        }
        Line($"  }},");
        Line($"  entries: {{");
        foreach (var (entry, index) in program.Entries.Select((e, i) => (e, i)))
        {
            Line($"    {JsText.Key(entry.Name)}: {{");
            Line($"      work: {entry.Calls.Sum(c => program.Kernels[c.Kernel].Operations):0},");
            if (!entry.Variables.IsEmpty) Line($"      sizes: {{ {string.Join(", ", entry.Variables.Select(v => Size(entry, v)))} }},");
            Ports("inputs", entry.Inputs);
            Ports("outputs", entry.Outputs);
            Line($"      calls: [");
            for (int i = 0; i < entry.Calls.Length; i++)
            {
                var names = entry.Calls[i].Buffers.Select(b => program.Buffers[b].Name).Prepend(modules.Of(index, i).Name);
                Line($"        [{string.Join(", ", names.Select(JsText.Quote))}],");
            }
            Line($"      ],");
            Line($"    }},");
        }
        Line($"  }},");
        Line($"}};");
        Line($"");
        Line($"/** Compiles the program and loads its weights, from beside this file unless `options.weights` says otherwise. */");
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
            var list = ports.ToList();
            if (list.Count == 0)
            {
                Line($"      {kind}: {{}},");
                return;
            }
            Line($"      {kind}: {{");
            foreach (var port in list)
            {
                var b = program.Buffers[port.Buffer];
                string buffer = JsText.Quote(b.Name), type = JsText.Quote(b.DType.ToString());
                string shape = b.Shape.IsSymbolic ? $"(s) => [{string.Join(", ", b.Shape.Select(JsText.Size))}]" : $"{b.Shape}";
                Line($"        {JsText.Key(port.Name)}: {{ buffer: {buffer}, dtype: {type}, shape: {shape} }},");
            }
            Line($"      }},");
        }
    }
}
