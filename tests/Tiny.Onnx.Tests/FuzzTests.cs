using System.Diagnostics;
using System.IO.Compression;
using NUnit.Framework;
using Tiny.Cli;
using Tiny.Cli.Models;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>
/// Files that were altered at random, read, captured as an export would, and run: each is still a model, or ends in one line and the exit code of bad input. The same
/// ones each time.
/// </summary>
public sealed class FuzzTests
{
    // TINY_FUZZ asks for more: that many thousands, others than these.
    static readonly int s_thousands = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int given) ? given : 10;
    static int Mutations => 1000 * s_thousands;
    static readonly TimeSpan s_most = TimeSpan.FromSeconds(20);

    static readonly string[] s_cases =
    [
        "test_attention_3d", "test_add_bcast", "test_averagepool_2d_ceil", "test_basic_conv_without_padding", "test_batchnorm_epsilon", "test_bitcast_2d_float32_to_int32", "test_concat_2d_axis_0",
        "test_einsum_batch_matmul", "test_gather_elements_0", "test_gemm_all_attributes", "test_if", "test_loop11", "test_lstm_defaults", "test_scan9_sum",
        "test_reshape_negative_dim", "test_resize_upsample_scales_cubic", "test_slice", "test_attention_24_qk_matmul_output_mode3_softmax_precision_expanded", "test_dequantizelinear_axis",
        "test_split_equal_parts_1d_opset18", "test_sequence_insert_at_back", "test_ai_onnx_ml_tree_ensemble_set_membership", "test_rnn_seq_length", "test_nonmaxsuppression_limit_output_size", "test_dft",
    ];

    [Test]
    public void AlteredModelsEndInOneLine()
    {
        var models = Models();
        Assert.That(models, Has.Count.EqualTo(s_cases.Length + 1));
        var random = new Random(s_thousands == 10 ? 1 : s_thousands);
        int read = 0;
        MemoryLimit.Most = 1L << 30;
        try
        {
            for (int i = 0; i < Mutations; i++)
            {
                byte[] file = Altered(models[i % models.Count], random);
                var watch = Stopwatch.StartNew();
                if (Problem(file) is { } problem) Assert.Fail($"mutation {i} of model {i % models.Count}: {problem}");
                else if (watch.Elapsed > s_most) Assert.Fail($"mutation {i} of model {i % models.Count} took {watch.Elapsed}");
                read += _captured;
            }
        }
        finally
        {
            MemoryLimit.Most = long.MaxValue;
        }
        // Otherwise nothing behind the reader would be tested.
        Assert.That(read, Is.InRange(Mutations / 10, Mutations * 9 / 10));
    }

    static int _captured;

    // What went wrong, or null.
    static string? Problem(byte[] file)
    {
        _captured = 0;
        try
        {
            var model = OnnxFile.Parse(file);
            var program = ModelProgram.Of(model, ModelSettings.None);
            var capture = program.Capture();
            _captured = 1;
            Run(program, capture);
            return null;
        }
        catch (Exception e)
        {
            var (code, message) = Tool.Judge(e);
            var line = Terminal.Safe(message);
            return code != ExitCode.BadInput ? $"code {code}: {line}\n{e}" : line.Contains('\n') || line.Length == 0 ? $"not one line: {line}" : null;
        }
    }

    // What is small is run too, with inputs of zeros: an index that leads nowhere shows there.
    static void Run(ModelProgram program, Capture capture)
    {
        var nodes = capture.Results.SelectMany(r => r.Topological()).Distinct().ToList();
        if (nodes.Any(n => n.Shape.IsSymbolic) || nodes.Sum(n => (double)n.Shape.Size) > 1 << 18) return;
        var inputs = program.Entry.Inputs.ToDictionary(i => i.Name, i => (HostMemory)new OwnedMemory(i.Shape.Size * i.DType.Size));
        foreach (var result in capture.Results) Interpreter.Evaluate(result, p => inputs[p.Name]);
    }

    static List<byte[]> Models()
    {
        using var zip = ZipFile.OpenRead(Needs.Shared("onnx-conformance/node.zip"));
        var models = new List<byte[]>();
        foreach (var name in s_cases)
        {
            using var stream = zip.GetEntry($"{name}/model.onnx")?.Open() ?? throw new InvalidDataException($"there is no case {name}");
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            models.Add(bytes.ToArray());
        }
        models.Add(File.ReadAllBytes(RealModel.Of("mnist-8").Path));
        return models;
    }

    // One to four times: bits, bytes, numbers of extreme size, parts left out, doubled or moved, an end that is missing.
    static byte[] Altered(byte[] file, Random random)
    {
        var bytes = new List<byte>(file);
        for (int n = Math.Max(1, random.Next(-4, 5)); n > 0 && bytes.Count > 1; n--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 24), bytes.Count - at);
            // Mostly what leaves lengths as they are, or nothing behind the reader would be reached.
            switch (random.Next(16))
            {
                case < 6: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case < 8: bytes[at] = (byte)random.Next(256); break;
                case < 10: bytes[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0; break;
                case 10: bytes.RemoveRange(at, length); break;
                case 11: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 12: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length)); break;
                case 13: bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, (byte)random.Next(128)]); break;
                default: if (random.Next(4) == 0) bytes.RemoveRange(at, bytes.Count - at); else bytes[at]++; break;
            }
        }
        return [.. bytes];
    }
}
