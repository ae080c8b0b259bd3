using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;
using Tiny.Render;

namespace Tiny.Core.Tests.Render;

/// <summary>What rendered C computes: all cases in one program, compiled without a warning by each compiler and run.</summary>
public class CRunTests
{
    [TestCase("gcc", "-O2", false), TestCase("gcc", "-O2", true), TestCase("clang", "-O2", false), TestCase("clang", "-O2", true)]
    [TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all", false)]
    [TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all", true)]
    public void Computes(string compiler, string options, bool vectors)
    {
        CCase[] cases = [.. CCases.All()];
        var (source, input) = Program(cases, vectors);
        var output = CCompiler.Run(compiler, options, source, input);
        int at = 0;
        Assert.Multiple(() =>
        {
            foreach (var c in cases)
            {
                foreach (var expected in c.Expected)
                {
                    var got = Array.CreateInstance(expected.GetType().GetElementType()!, expected.Length);
                    Read(output.AsSpan(at), got);
                    at += Padded(expected);
                    for (int i = 0; i < expected.Length; i++)
                    {
                        if (expected.GetValue(i)!.Equals(got.GetValue(i))) continue;
                        Assert.Fail($"{c.Name}: element {i} is {got.GetValue(i)}, not {expected.GetValue(i)}, for " +
                            string.Join(", ", c.Inputs.Where(a => a.Length == expected.Length).Select(a => a.GetValue(i))));
                        break;
                    }
                }
            }
        });
        Assert.That(at, Is.EqualTo(output.Length));
    }

    static (string Source, byte[] Input) Program(CCase[] cases, bool vectors)
    {
        var (functions, calls, helpers) = (new StringBuilder(), new StringBuilder(), new List<CHelper>());
        var input = new List<byte>();
        int outputs = 0;
        for (int i = 0; i < cases.Length; i++)
        {
            var kernel = cases[i].Make(vectors ? CRenderer.Gnu128 : CRenderer.Plain) with { Name = $"kernel{i}" };
            int slot = 0;
            var arguments = new List<string>();
            foreach (var a in cases[i].Expected)
            {
                arguments.Add($"({CRenderer.MemoryType(kernel.Params[slot++].DType)} *)(void *)(out + {outputs})");
                outputs += Padded(a);
            }
            foreach (var a in cases[i].Inputs)
            {
                arguments.Add($"(const {CRenderer.MemoryType(kernel.Params[slot++].DType)} *)(const void *)(in + {input.Count})");
                var bytes = new byte[Padded(a)];
                Write(a, bytes);
                input.AddRange(bytes);
            }
            var text = CRenderer.Render(kernel, [.. kernel.Params.Select((p, n) => p.Written ? $"out{n}" : $"in{n}")]);
            helpers.AddRange(text.Helpers);
            functions.Append($"/* {cases[i].Name} */\n").Append(text.Text).Append('\n');
            calls.Append($"    kernel{i}({string.Join(", ", arguments)});\n");
        }
        return ($$"""
            #include <math.h>
            #include <stdbool.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>

            {{CRenderer.Prologue(helpers)}}
            {{functions}}
            static double in_space[{{input.Count / 8}}], out_space[{{outputs / 8}}];

            int main(void)
            {
                unsigned char *in = (unsigned char *)in_space, *out = (unsigned char *)out_space;
                FILE *f = fopen("in", "rb");
                if (!f || fread(in, 1, sizeof in_space, f) != sizeof in_space || fclose(f) != 0) return 1;
            {{calls}}    f = fopen("out", "wb");
                return !f || fwrite(out, 1, sizeof out_space, f) != sizeof out_space || fclose(f) != 0;
            }

            """, [.. input]);
    }

    static int Size(Array a) => a is bool[] ? 1 : Marshal.SizeOf(a.GetType().GetElementType()!);
    static int Padded(Array a) => (a.Length * Size(a) + 7) / 8 * 8;

    static void Write(Array a, byte[] to)
    {
        // A caller's bool may be any byte.
        if (a is bool[] bools) for (int i = 0; i < bools.Length; i++) to[i] = bools[i] ? (byte)(i == 2 ? 255 : 1) : (byte)0;
        else Buffer.BlockCopy(a, 0, to, 0, a.Length * Size(a));
    }

    static void Read(ReadOnlySpan<byte> from, Array to)
    {
        if (to is bool[] bools)
        {
            for (int i = 0; i < bools.Length; i++)
            {
                Assert.That(from[i], Is.LessThan(2));
                bools[i] = from[i] != 0;
            }
        }
        else
        {
            Buffer.BlockCopy(from[..(to.Length * Size(to))].ToArray(), 0, to, 0, to.Length * Size(to));
        }
    }
}
