using NUnit.Framework;
using Tiny.Render.Rolling;

namespace Tiny.Core.Tests.Render;

/// <summary>Repeated statements of a C function are loops, which do the same in the same order; what is no repetition stays as it is.</summary>
public sealed class RolledTextTests
{
    [Test]
    public void StatementsThatDifferInNumbersAreALoop() => Rolls("""
        void f(void)
        {
          for (int i0 = 0; i0 < 4; i0++) {
            int x0 = i0 * 8;
            store_f4(&out[x0], load_f4(&in[x0 - 24]) * 2.0f);
            store_f4(&out[x0 + 4], load_f4(&in[x0 - 16]) * 2.0f);
            store_f4(&out[x0 + 8], load_f4(&in[x0 - 8]) * 2.0f);
            store_f4(&out[x0 + 12], load_f4(&in[x0]) * 2.0f);
          }
        }
        """, """
        void f(void)
        {
          for (int i0 = 0; i0 < 4; i0++) {
            int x0 = i0 * 8;
            UNROLL for (int j = 0; j < 4; j++)
              store_f4(&out[x0 + j * 4], load_f4(&in[x0 - 24 + j * 8]) * 2.0f);
          }
        }
        """);

    [Test]
    public void LocalsThatAreUsedLaterAreAnArray() => Rolls("""
        void f(void)
        {
          f4 x0 = load_f4(&in[0]);
          f4 x1 = load_f4(&in[n0 * 4]);
          f4 x2 = load_f4(&in[n0 * 8]);
          f4 x3 = load_f4(&in[n0 * 12]);
          f4 x4 = sum_of(x0, x3);
          store_f4(&out[0], x0 + x4);
          store_f4(&out[4], x1 + x4);
          store_f4(&out[8], x2 + x4);
          store_f4(&out[12], x3 + x4);
        }
        """, """
        void f(void)
        {
          f4 x0[4];
          UNROLL for (int j = 0; j < 4; j++)
            x0[j] = load_f4(&in[j * n0 * 4]);
          f4 x1 = sum_of(x0[0], x0[3]);
          UNROLL for (int j = 0; j < 4; j++)
            store_f4(&out[j * 4], x0[j] + x1);
        }
        """);

    [Test]
    public void LanesOfAVectorStayAsTheyAre() => Stays("""
        void f(void)
        {
          f4 x0 = load_f4(&in[0]);
          out[0] = x0[0];
          out[12] = x0[1];
          out[24] = x0[2];
          out[36] = x0[3];
        }
        """);

    [Test]
    public void WhatIsTestedIsNoLoop() => Rolls("""
        void f(void)
        {
          f4 acc0 = splat_f4(0.0f);
          f4 acc1 = splat_f4(0.0f);
          f4 acc2 = splat_f4(0.0f);
          for (int r0 = 0; r0 < 3; r0++) {
            bool x0 = r0 < 2;
            acc0 += splat_f4(x0 ? in[r0] : 0.0f) * a;
            acc1 += splat_f4(x0 ? in[r0 + 1] : 0.0f) * a;
            acc2 += splat_f4(x0 ? in[r0 + 2] : 0.0f) * a;
          }
          store_f4(&out[0], acc0);
          store_f4(&out[4], acc1);
          store_f4(&out[8], acc2);
        }
        """, """
        void f(void)
        {
          f4 acc0 = splat_f4(0.0f), acc1 = acc0, acc2 = acc0;
          for (int r0 = 0; r0 < 3; r0++) {
            bool x0 = r0 < 2;
            acc0 += splat_f4(x0 ? in[r0] : 0.0f) * a;
            acc1 += splat_f4(x0 ? in[r0 + 1] : 0.0f) * a;
            acc2 += splat_f4(x0 ? in[r0 + 2] : 0.0f) * a;
          }
          store_f4(&out[0], acc0);
          store_f4(&out[4], acc1);
          store_f4(&out[8], acc2);
        }
        """);

    /// <summary>A register tile: loops over its rows in loops over its columns, whose locals are their own.</summary>
    [Test]
    public void RepeatedLoopsAreLoopsInLoops()
    {
        var lines = new List<string> { "void f(void)", "{" };
        for (int s = 0; s < 12; s++) lines.Add($"  f4 acc{s} = splat_f4(0.0f);");
        lines.Add("  for (int r0 = 0; r0 < 9; r0++) {");
        for (int row = 0; row < 4; row++) lines.Add($"    f4 x{row} = splat_f4(a[r0{(row == 0 ? "" : $" + {row * 9}")}]);");
        for (int column = 0; column < 3; column++)
        {
            lines.Add($"    f4 x{4 + column} = load_f4(&b[{column * 64}]);");
            for (int row = 0; row < 4; row++) lines.Add($"    acc{row * 3 + column} = fma_f4(x{row}, x{4 + column}, acc{row * 3 + column});");
        }
        lines.AddRange(["  }", "}"]);
        Rolls(string.Join('\n', lines), """
            void f(void)
            {
              f4 acc0[12] = { { 0 } };
              for (int r0 = 0; r0 < 9; r0++) {
                f4 x0[4];
                UNROLL for (int j = 0; j < 4; j++)
                  x0[j] = splat_f4(a[r0 + j * 9]);
                UNROLL for (int j = 0; j < 3; j++) {
                  f4 x1 = load_f4(&b[j * 64]);
                  UNROLL for (int k = 0; k < 4; k++)
                    acc0[j + k * 3] = fma_f4(x0[k], x1, acc0[j + k * 3]);
                }
              }
            }
            """);
    }

    [Test]
    public void SumsThatBeginElsewhereGetAValueEach() => Rolls("""
        void f(void)
        {
          f4 acc0 = splat_f4(-INFINITY);
          f4 acc1 = splat_f4(-INFINITY);
          f4 acc2 = splat_f4(-INFINITY);
          f4 acc3 = splat_f4(-INFINITY);
          store_f4(&out[0], at_least_f4(acc0, 0.0f));
          store_f4(&out[4], at_least_f4(acc1, 0.0f));
          store_f4(&out[8], at_least_f4(acc2, 0.0f));
          store_f4(&out[12], at_least_f4(acc3, 0.0f));
        }
        """, """
        void f(void)
        {
          f4 acc0[4];
          UNROLL for (int j = 0; j < 4; j++)
            acc0[j] = splat_f4(-INFINITY);
          UNROLL for (int j = 0; j < 4; j++)
            store_f4(&out[j * 4], at_least_f4(acc0[j], 0.0f));
        }
        """);

    /// <summary>Numbers that do not grow evenly, sums of the type int, one name instead of another, what an iteration leaves to the next, literals: none of that is a loop.</summary>
    [TestCase("out[0] = function(in[0]) + 1.0f;|out[5] = function(in[1]) + 1.0f;|out[6] = function(in[2]) + 1.0f;|out[1] = function(in[3]) + 1.0f;")]
    [TestCase("float x0 = function(in[0], 1.0f, 2.0f);|float x1 = function(in[1], x0, x0);|float x2 = function(in[2], x1, x1);|float x3 = function(in[3], x2, x2);|out[0] = x3;")]
    [TestCase("int x0 = in[0];|int x1 = in[5];|int x2 = in[7];|out[x0] = longer_function(in[x0]) * 2.0f;|out[x1] = longer_function(in[x1]) * 2.0f;|out[x2] = longer_function(in[x2]) * 2.0f;")]
    [TestCase("out[0] = a_longer_function(in[0]) * 1.0f;|out[1] = a_longer_function(in[1]) * 2.0f;|out[2] = a_longer_function(in[2]) * 3.0f;|out[3] = a_longer_function(in[3]) * 4.0f;")]
    [TestCase("out[0] = a_function(in[0]) * INT64_C(1);|out[1] = a_function(in[1]) * INT64_C(2);|out[2] = a_function(in[2]) * INT64_C(3);|out[3] = a_function(in[3]) * INT64_C(4);")]
    public void OthersStay(string statements)
    {
        var text = "void f(void)\n{\n  " + statements.Replace("|", "\n  ") + "\n}";
        Rolls(text, text);
    }

    /// <summary>Numbers beside operators that bind less than a sum, or more, stay.</summary>
    [TestCase("{0} & 7"), TestCase("i0 >> {0}"), TestCase("{0} % i0"), TestCase("i0 * {0}")]
    public void NumbersOfOtherOperationsStay(string operation)
    {
        var text = "void f(void)\n{\n" + string.Concat(Enumerable.Range(1, 4).Select(i => $"  use_it_somewhere(out, {string.Format(System.Globalization.CultureInfo.InvariantCulture, operation, i)});\n")) + "}";
        Rolls(text, operation == "i0 * {0}" ? "void f(void)\n{\n  UNROLL for (int j = 0; j < 4; j++)\n    use_it_somewhere(out, i0 + j * i0);\n}" : text);
    }

    /// <summary>What sums begin with may be a local.</summary>
    [Test]
    public void SumsBeginWithLocals() => Rolls("""
        void f(void)
        {
          float x0 = some_function_of(in[0]);
          float x1 = some_function_of(in[1]);
          float x2 = some_function_of(in[2]);
          float x3 = some_function_of(in[3]);
          float acc0 = x2;
          for (int r0 = 0; r0 < 9; r0++) {
            acc0 += x0 * x1 * x3;
          }
        }
        """, """
        void f(void)
        {
          float x0[4];
          UNROLL for (int j = 0; j < 4; j++)
            x0[j] = some_function_of(in[j]);
          float acc0 = x0[2];
          for (int r0 = 0; r0 < 9; r0++) {
            acc0 += x0[0] * x0[1] * x0[3];
          }
        }
        """);

    /// <summary>Sums are changed, so they are no sizes, even if they are of the same type.</summary>
    [Test]
    public void SumsOfTheTypeIntAreNoSizes() => Rolls("""
        void f(void)
        {
          int acc0 = 0;
          int acc1 = 0;
          int acc2 = 0;
          int acc3 = 0;
          acc0 = wrap_add_i32(acc0, wrap_mul_i32(in[0], in[8]));
          acc1 = wrap_add_i32(acc1, wrap_mul_i32(in[1], in[8]));
          acc2 = wrap_add_i32(acc2, wrap_mul_i32(in[2], in[8]));
          acc3 = wrap_add_i32(acc3, wrap_mul_i32(in[3], in[8]));
        }
        """, """
        void f(void)
        {
          int acc0[4] = { 0 };
          UNROLL for (int j = 0; j < 4; j++)
            acc0[j] = wrap_add_i32(acc0[j], wrap_mul_i32(in[j], in[8]));
        }
        """);

    /// <summary>A loop's variable has a name that nothing else has.</summary>
    [Test]
    public void NamesAreFree()
    {
        var lines = string.Join('\n', ["void f(void)", "{", .. Enumerable.Range(0, 4).Select(i => $"  j[{i}] = a_function_of(k[{i + 3}], l[{2 * i}]);"), "}"]);
        Assert.That(Rolled(lines, "j", "k", "l"), Does.Contain("UNROLL for (int m = 0; m < 4; m++)\n    j[m] = a_function_of(k[3 + m], l[m * 2]);"));
    }

    static void Stays(string lines) => Rolls(lines, lines);

    static void Rolls(string lines, string expected) => Assert.That(Rolled(lines).TrimEnd('\n'), Is.EqualTo(expected.ReplaceLineEndings("\n")));

    static string Rolled(string text, params string[] taken) =>
        RolledText.Of([.. text.ReplaceLineEndings("\n").Split('\n').Select(Line)], name => name is "n0" or "i0" or "r0", [.. taken, "in", "out", "a", "b"], 2, 120);

    static WrittenLine Line(string line)
    {
        var text = line.TrimStart();
        string[] words = text.Split(' ');
        bool declares = words.Length > 2 && words[2] == "=" && words[0] != "for";
        return new((line.Length - text.Length) / 2, text, declares ? words[1] : null, declares && words[1].StartsWith("acc", StringComparison.Ordinal));
    }
}
