using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Signal;

/// <summary>Windows over pieces of a signal, and the triangles of the mel scale.</summary>
static class WindowFunctions
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("HannWindow", n => Cosines(n, 0.5, 0.5), Since: 17),
        new("HammingWindow", n => Cosines(n, 25.0 / 46, 21.0 / 46), Since: 17),
        new("BlackmanWindow", n => Cosines(n, 0.42, 0.5, 0.08), Since: 17),
        new("MelWeightMatrix", MelWeights, Since: 17),
    ];

    // Constants are worked out exactly; what depends on inputs is computed in float32, which every target has.
    static DType Precision(bool known) => known ? DType.Float64 : DType.Float32;

    static OnnxValue Result(NodeContext n, Tensor x) => Casting.Convert(new TensorValue(x), n.Type("output_datatype", OnnxType.Float32));

    /// <summary>a0 - a1 cos(t) + a2 cos(2 t) with t going once around; a symmetric window ends where it begins, a periodic one an element before that.</summary>
    static OnnxValue Cosines(NodeContext n, double a0, double a1, double a2 = 0)
    {
        int count = n.Counted(n[0], 0, 0);
        var dtype = Precision(n.IsKnown(0));
        var size = n[0].Reshape([]).Cast(dtype);
        var turn = Tensor.Arange(count).Cast(dtype) * (2 * Math.PI) / (n.Flag("periodic", true) ? size : size - 1);
        var window = a0 - turn.Cos() * a1;
        return Result(n, a2 == 0 ? window : window + (turn * 2).Cos() * a2);
    }

    // A triangle for each band, from the centre of the band before it to that of the one behind, in places of the spectrum.
    static Results MelWeights(NodeContext n)
    {
        int bands = n.Counted(n[0], 0, 1), places = n.Counted(n[1].TruncDiv(2) + 1, 0, 0);
        var dtype = Precision(Enumerable.Range(0, 5).All(n.IsKnown));
        Tensor Number(int input) => n[input].Reshape([]).Cast(dtype);
        var (low, high) = (Mel(Number(3)), Mel(Number(4)));
        var edges = Tensor.Arange(bands + 2).Cast(dtype) * ((high - low) / (bands + 2)) + low;
        var hertz = ((edges * (Math.Log(10) / 2595)).Exp() - 1) * 700;
        var at = (hertz * (Number(1) + 1) / Number(2)).Floor();
        var (left, centre, right) = (Movement.Part(at, 0, 0, bands), Movement.Part(at, 0, 1, bands + 1), Movement.Part(at, 0, 2, bands + 2));
        var place = Tensor.Arange(places).Cast(dtype).Unsqueeze(1);
        var (up, down) = ((place - left) / (centre - left), (right - place) / (right - centre));
        var rises = left.Lt(centre) & place.Ge(left) & place.Le(centre);
        var falls = centre.Lt(right) & place.Ge(centre) & place.Lt(right);
        var peak = place.Eq(centre) & left.Eq(centre);
        return Result(n, falls.Where(down, rises.Where(up, peak.Cast(dtype))));
    }

    static Tensor Mel(Tensor hertz) => (hertz / 700 + 1).Log() * (2595 / Math.Log(10));
}
