using Tiny.Onnx.Tests;

namespace Tiny.Bench;

/// <summary>ResNet-18 for pictures of 224 x 224 as an ONNX file, as He et al. describe it (2015), with weights that are drawn: 11.7 million of them.</summary>
sealed class ResNet18
{
    readonly Proto _graph = new();
    readonly Random _random = new(18);
    int _names;

    /// <summary>The file's bytes.</summary>
    public static byte[] File()
    {
        var net = new ResNet18();
        string x = net.Node("MaxPool", [net.Norm(net.Conv("image", 3, 64, 7, 2), 64, relu: true)], Ints("kernel_shape", 3, 3), Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1));
        int channels = 64;
        foreach (int wide in (int[])[64, 128, 256, 512])
            for (int block = 0; block < 2; block++, channels = wide) x = net.Block(x, channels, wide, wide > channels ? 2 : 1);
        x = net.Node("Flatten", [net.Node("GlobalAveragePool", [x])]);
        x = net.Node("Gemm", [x, net.Weight(1000, 512), net.Weight(1000)], Proto.Integer("transB", 1));
        net._graph.Message(11, Proto.Value("image", 1, 1, 3, 224, 224)).Message(12, Proto.Value(x, 1, 1, 1000));
        return Proto.Model(net._graph, opset: 17).Bytes;
    }

    string Block(string x, int channels, int wide, int stride)
    {
        string y = Norm(Conv(Norm(Conv(x, channels, wide, 3, stride), wide, relu: true), wide, wide, 3, 1), wide, relu: false);
        if (stride > 1) x = Norm(Conv(x, channels, wide, 1, stride), wide, relu: false);
        return Node("Relu", [Node("Add", [y, x])]);
    }

    string Conv(string x, int channels, int wide, int size, int stride) =>
        Node("Conv", [x, Weight(wide, channels, size, size)], Ints("strides", stride, stride), Ints("pads", size / 2, size / 2, size / 2, size / 2));

    string Norm(string x, int channels, bool relu)
    {
        string y = Node("BatchNormalization", [x, Weight(channels), Weight(channels), Weight(channels), Weight(channels)]);
        return relu ? Node("Relu", [y]) : y;
    }

    string Node(string op, string[] inputs, params Proto[] attributes)
    {
        string name = $"v{_names++}";
        _graph.Message(1, Proto.Node(op, inputs, [name], attributes));
        return name;
    }

    // Positive: variances are among them.
    string Weight(params int[] shape)
    {
        string name = $"w{_names++}";
        float[] values = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => 0.01f + _random.NextSingle())];
        _graph.Message(5, Proto.Floats(name, values, [.. shape.Select(d => (long)d)]));
        return name;
    }

    static Proto Ints(string name, params int[] values) => Proto.Attribute(name, 7, p =>
    {
        foreach (int v in values) p.Number(8, v);
        return p;
    });
}
