using System.Globalization;
using System.Text;
using Tiny.Jit;

namespace Tiny.Export.WebGpu;

/// <summary>Writes <c>index.d.ts</c>: the exact types of a bundle's entry points.</summary>
internal static class Declarations
{
    public static string Write(Program program, FileHeader header)
    {
        var t = new StringBuilder();
        void Line(FormattableString line) => t.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        foreach (var entry in program.Entries)
        {
            Ports($"What {entry.Name}() takes.", TypeName(entry, "Inputs"), entry.Inputs, " | GPUBuffer", entry);
            Ports($"What {entry.Name}() gives.", TypeName(entry, "Outputs"), entry.Outputs, "", null);
        }
        if (program.Entries.SelectMany(e => e.Inputs.Concat(e.Outputs)).Any(p => program.Buffers[p.Buffer].DType == DType.Float16))
        {
            Line($"/** Float16Array; where the browser, or the compiler, has none, Uint16Array of the same bits. */");
            Line($"export type Float16Values = typeof globalThis extends {{ Float16Array: {{ prototype: infer T }} }} ? T : Uint16Array;");
            Line($"");
        }
        t.Append(WebFiles.Read("load.d.ts"));
        Line($"");
        Line($"/** The loaded model. A `GPUBuffer` given as an input must be of the model's device, with the usage COPY_SRC; WebAssembly takes none. */");
        Line($"export interface Model {{");
        foreach (var entry in program.Entries)
        {
            string optional = entry.Inputs.Length == 0 && entry.Variables.IsEmpty ? "?" : "";
            Line($"  /** {Count(entry.Calls.Length, "launch", "launches")}. Calls may overlap; they run in the order in which they were made. */");
            Line($"  {JsText.Key(entry.Name)}(inputs{optional}: {TypeName(entry, "Inputs")}): Promise<{TypeName(entry, "Outputs")}>;");
        }
        Line($"  /** The GPU device that the model runs on; WebAssembly has none. */");
        Line($"  readonly device: GPUDevice | undefined;");
        Line($"  readonly stats: Stats;");
        Line($"  /** Brings the model back to where it was after loading. */");
        Line($"  reset(): void;");
        Line($"  /** Frees memory. Calls still under way fail. */");
        Line($"  dispose(): void;");
        Line($"}}");
        return header.Script(t.ToString());

        void Ports(string summary, string name, IEnumerable<Port> ports, string also, EntryPoint? sized)
        {
            Line($"/** {summary} */");
            Line($"export interface {name} {{");
            foreach (var port in ports)
            {
                var b = program.Buffers[port.Buffer];
                string count = b.Shape.IsSymbolic ? $"{b.Shape.Count} values" : Count(b.Shape.Numel, "value", "values");
                Line($"  /** {b.DType}, shape {b.Shape}, {count}{DTypes.Note(b.DType)}{(port.Note is null ? "" : $"; {port.Note}")} */");
                Line($"  {JsText.Key(port.Name)}: {DTypes.Array(b.DType)}{also};");
            }
            foreach (var v in sized is null ? [] : sized.Variables)
            {
                string told = BundlePlan.ToldBy(program, sized!, v) is var (port, _) ? $"; told by the length of {port} where that is an array" : "";
                Line($"  /** A size, from {v.Min} to {v.Max}{told}. */");
                Line($"  {v.Name}{(told.Length > 0 ? "?" : "")}: number;");
            }
            Line($"}}");
            Line($"");
        }
    }

    static string TypeName(EntryPoint entry, string suffix) =>
        JsText.Identifier(char.ToUpperInvariant(entry.Name[0]) + entry.Name[1..] + suffix);

    static string Count(int n, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{n} {(n == 1 ? one : many)}");
}
