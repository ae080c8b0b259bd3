using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Losses of classes: scores [n, classes, ...] against class numbers [n, ...].</summary>
static class Losses
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("NegativeLogLikelihoodLoss", n => Loss(n, n[0])),
        new("SoftmaxCrossEntropyLoss", n => CrossEntropy(n, n[0].LogSoftmax(1))),
    ];

    static Results CrossEntropy(NodeContext n, Tensor log) => (Loss(n, log), log);

    static Tensor Loss(NodeContext n, Tensor log)
    {
        var target = n[1];
        var dtype = log.DType;
        bool ignores = n.HasAttribute("ignore_index");
        var counts = ignores ? target.Ne(n.Integer("ignore_index", 0)) : Tensor.Full(target.Shape, true);
        // A class that is ignored need not exist; it reads 0 and has no weight.
        var picked = log.Gather(1, target.Unsqueeze(1)).Squeeze(1);
        var weight = n.Optional(2) is { } weights ? weights.Take(target) : Tensor.Ones(target.Shape, dtype);
        weight = counts.Where(weight, weight.ZerosLike());
        var loss = counts.Where(-picked * weight, picked.ZerosLike());
        return n.Text("reduction", "mean") switch
        {
            "none" => loss,
            "sum" => loss.Sum(),
            "mean" => loss.Sum() / weight.Sum(),
            var other => throw NodeContext.Bad($"reduction '{other}'"),
        };
    }
}
