using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>MobileNet v1 of width 0.25 at 128 pixels, as in models/mobilenet_v1_025: [1, 3, 128, 128] to probabilities [1, 1001].</summary>
sealed class MobileNetV1
{
    public const string Folder = "mobilenet_v1_025";

    // The file numbers layers in the order of the graph; 27 is the pooling.
    public Conv2d Conv0 = new(3, 8, 3, 2, s_same2);
    public Conv2d Dwconv1 = Depthwise(8, 1), Conv2 = Pointwise(8, 16);
    public Conv2d Dwconv3 = Depthwise(16, 2), Conv4 = Pointwise(16, 32);
    public Conv2d Dwconv5 = Depthwise(32, 1), Conv6 = Pointwise(32, 32);
    public Conv2d Dwconv7 = Depthwise(32, 2), Conv8 = Pointwise(32, 64);
    public Conv2d Dwconv9 = Depthwise(64, 1), Conv10 = Pointwise(64, 64);
    public Conv2d Dwconv11 = Depthwise(64, 2), Conv12 = Pointwise(64, 128);
    public Conv2d Dwconv13 = Depthwise(128, 1), Conv14 = Pointwise(128, 128);
    public Conv2d Dwconv15 = Depthwise(128, 1), Conv16 = Pointwise(128, 128);
    public Conv2d Dwconv17 = Depthwise(128, 1), Conv18 = Pointwise(128, 128);
    public Conv2d Dwconv19 = Depthwise(128, 1), Conv20 = Pointwise(128, 128);
    public Conv2d Dwconv21 = Depthwise(128, 1), Conv22 = Pointwise(128, 128);
    public Conv2d Dwconv23 = Depthwise(128, 2), Conv24 = Pointwise(128, 256);
    public Conv2d Dwconv25 = Depthwise(256, 1), Conv26 = Pointwise(256, 256);
    public Conv2d Conv28 = Pointwise(256, 1001);

    // "Same" padding at stride 2 on an even extent needs one element, and puts it at the end.
    static readonly Padding2d s_same2 = ((0, 1), (0, 1));

    public static MobileNetV1 Load() =>
        new MobileNetV1().LoadSafetensors(Needs.Shared($"models/{Folder}/mobilenet_v1_0.25_128.safetensors"));

    public Tensor Forward(Tensor image)
    {
        Conv2d[] layers = [Conv0, Dwconv1, Conv2, Dwconv3, Conv4, Dwconv5, Conv6, Dwconv7, Conv8, Dwconv9, Conv10, Dwconv11, Conv12,
            Dwconv13, Conv14, Dwconv15, Conv16, Dwconv17, Conv18, Dwconv19, Conv20, Dwconv21, Conv22, Dwconv23, Conv24, Dwconv25, Conv26];
        var x = image;
        foreach (var layer in layers) x = layer.Forward(x).Relu6();
        x = x.Mean([2, 3], keepdim: true);
        return Conv28.Forward(x).Flatten(1).Softmax();
    }

    static Conv2d Depthwise(int channels, int stride) =>
        new(channels, channels, 3, stride, stride == 1 ? 1 : s_same2, groups: channels);

    static Conv2d Pointwise(int ins, int outs) => new(ins, outs, 1);
}
