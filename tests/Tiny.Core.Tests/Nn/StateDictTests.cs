using NUnit.Framework;
using Tiny.Formats;
using Tiny.Nn;
using Tiny.Tests.Formats;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

[TestFixture]
public sealed class StateDictTests
{
    class Block(int size)
    {
        public Linear FeedForward = new(size, size, bias: false);
        public LayerNorm Norm { get; } = new(size);
    }

    sealed class Model : Block
    {
        public Model() : base(2) => Parent = this;

        public Tensor Scale = Tensor.Ones(2).Realize();
        public Block[] Blocks = [new(2), new(2)];
        public IReadOnlyList<Conv1d> Convs { get; init; } = [new(1, 1, 1)];
        public Dictionary<string, Linear> Heads = new() { ["left"] = new(2, 1, bias: false) };
        public Model Parent { get; }
        public Tensor Computed => throw new InvalidOperationException("a computed property is no weight");
        public int Size { get; } = 2;
        public string Name = "model";
        public List<float> Numbers = [1, 2];
        internal Tensor Hidden = Tensor.Ones(9);
    }

    [Test]
    public void Paths_follow_the_declaration()
    {
        Assert.That(StateDict.Of(new Model()).Select(p => p.Key), Is.EqualTo(new[]
        {
            "feed_forward.weight", "norm.weight", "norm.bias", "scale", "blocks.0.feed_forward.weight", "blocks.0.norm.weight",
            "blocks.0.norm.bias",
            "blocks.1.feed_forward.weight", "blocks.1.norm.weight", "blocks.1.norm.bias", "convs.0.weight", "convs.0.bias",
            "heads.left.weight",
        }));
        Assert.That(StateDict.Of(new DigitsModel()).Select(p => p.Key).Take(4),
            Is.EqualTo(new[] { "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias" }));
    }

    [TestCase("Conv1", "conv1")]
    [TestCase("RunningMean", "running_mean")]
    [TestCase("Wq", "wq")]
    [TestCase("AttnWQ", "attn_wq")]
    [TestCase("MLPBlock", "mlp_block")]
    [TestCase("Conv2dLayer", "conv2d_layer")]
    [TestCase("already_snake", "already_snake")]
    [TestCase("Mixed_Case", "mixed_case")]
    public void Snake_case(string name, string path) => Assert.That(StateDict.SnakeCase(name), Is.EqualTo(path));

    [Test]
    public void Saved_and_loaded()
    {
        using var folder = new Folder();
        var saved = new Model { Scale = Tensor.From([3f, 4f]) };
        saved.Blocks[1].FeedForward.Weight = Tensor.From([1f, 2f, 3f, 4f], 2, 2);
        Safetensors.Write(folder["m"], StateDict.Of(saved));
        var loaded = new Model().LoadSafetensors(folder["m"]);
        Assert.That(loaded.Scale.Floats(), Is.EqualTo(new[] { 3f, 4f }));
        Assert.That(loaded.Blocks[1].FeedForward.Weight.Floats(), Is.EqualTo(new[] { 1f, 2f, 3f, 4f }));
        Assert.That(loaded.Blocks[1].FeedForward.Weight.Storage!.Name, Is.EqualTo("blocks.1.feed_forward.weight"));
        Assert.That(loaded.Blocks[1].FeedForward.Weight.Storage!.Host, Is.Not.TypeOf<Tiny.Runtime.OwnedMemory>(),
            "used where the file is mapped");
    }

    sealed class Small
    {
        public Linear Fc1 = new(2, 3);
        public BatchNorm Norm = new(3);
    }

    static Dictionary<string, Tensor> Weights() => StateDict.Of(new Small()).ToDictionary();

    [Test]
    public void A_missing_weight_is_named_with_its_neighbours()
    {
        using var folder = new Folder();
        var weights = Weights();
        weights.Remove("fc1.weight", out var weight);
        weights["fc1.wieght"] = weight!;
        Safetensors.Write(folder["m.safetensors"], weights);
        var model = new Small();
        var before = model.Fc1.Bias!.Node;
        Assert.That(() => model.LoadSafetensors(folder["m.safetensors"]), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("m.safetensors").And.Message.Contains("'fc1.weight'")
                .And.Message.Contains("nearest names are 'fc1.wieght'"));
        Assert.That(model.Fc1.Bias!.Node, Is.SameAs(before), "nothing was loaded");
    }

    [Test]
    public void Another_shape_or_dtype_is_said()
    {
        using var folder = new Folder();
        var weights = Weights();
        weights["fc1.weight"] = Tensor.Zeros(2, 3);
        Safetensors.Write(folder["shape"], weights);
        Assert.That(() => new Small().LoadSafetensors(folder["shape"]), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("[2, 3]").And.Message.Contains("[3, 2]").And.Message.Contains("'fc1.weight'"));
        weights["fc1.weight"] = Tensor.Zeros(new Shape(3, 2), DType.Float64);
        Safetensors.Write(folder["dtype"], weights);
        Assert.That(() => new Small().LoadSafetensors(folder["dtype"]), Throws.TypeOf<WeightsException>().With.Message.Contains("float64"));
    }

    [Test]
    public void Tensors_without_a_place_are_an_error_unless_told_otherwise()
    {
        using var folder = new Folder();
        var weights = Weights();
        weights["norm.num_batches_tracked"] = Tensor.Scalar(5, DType.Int64);
        Safetensors.Write(folder["counter"], weights);
        Assert.That(() => new Small().LoadSafetensors(folder["counter"]), Throws.Nothing);
        weights["fc2.weight"] = Tensor.Zeros(1);
        Safetensors.Write(folder["extra"], weights);
        Assert.That(() => new Small().LoadSafetensors(folder["extra"]), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("'fc2.weight'"));
        Assert.That(() => new Small().LoadSafetensors(folder["extra"], strict: false), Throws.Nothing);
    }

    [Test]
    public void A_missing_file_names_where_it_was_looked_for() =>
        Assert.That(() => new Small().LoadSafetensors("no-such.safetensors"), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("no-such.safetensors").And.Message.Contains(AppContext.BaseDirectory));

    sealed class Tied
    {
        public Linear Input = new(2, 2, bias: false), Output = new(2, 2, bias: false);
        public Tied() => Output.Weight = Input.Weight;
    }

    [Test]
    public void Tied_weights_need_one_of_their_names()
    {
        using var folder = new Folder();
        Safetensors.Write(folder["m"], new Dictionary<string, Tensor> { ["output.weight"] = Tensor.From([1f, 2f, 3f, 4f], 2, 2) });
        var model = new Tied().LoadSafetensors(folder["m"]);
        Assert.That(model.Input.Weight, Is.SameAs(model.Output.Weight));
        Assert.That(model.Input.Weight.Floats(), Is.EqualTo(new[] { 1f, 2f, 3f, 4f }));
    }

    [Test]
    public void All_that_does_not_fit_is_in_one_list()
    {
        using var folder = new Folder();
        var weights = Weights();
        weights.Remove("fc1.weight");
        weights["fc1.bias"] = Tensor.Zeros(4);
        weights["norm.bias"] = Tensor.Zeros(new Shape(3), DType.Float16);
        weights["fc2.weight"] = weights["fc3.weight"] = Tensor.Zeros(1);
        Safetensors.Write(folder["m.safetensors"], weights);
        var model = new Small();
        Assert.That(() => model.LoadSafetensors(folder["m.safetensors"]), Throws.TypeOf<WeightsException>().With.Message.Contains("does not fit the model")
            .And.Message.Contains("no weight 'fc1.weight'").And.Message.Contains("'fc1.bias' is [4], the model takes [3]")
            .And.Message.Contains("'norm.bias' is float16").And.Message.Contains("no place for 'fc2.weight', 'fc3.weight'"));
    }

    [Test]
    public void Models_are_saved_as_they_are_read()
    {
        using var folder = new Folder();
        Initial.Seed(1);
        var (a, b, c) = (new Small(), new Small(), new Small());
        a.SaveSafetensors(folder["a"], new Dictionary<string, string> { ["made"] = "by a test" });
        b.LoadSafetensors(folder["a"], copy: true).SaveSafetensors(folder["a"]);
        Assert.That(File.Exists(folder["a"]), "written over the file that was read");
        Assert.That(b.Fc1.Weight.Floats(), Is.EqualTo(a.Fc1.Weight.Floats()));
        a.SaveNpy(folder["npy"]);
        Assert.That(Directory.GetFiles(folder["npy"]).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(new[]
        {
            "fc1.bias.npy", "fc1.weight.npy", "norm.bias.npy", "norm.running_mean.npy", "norm.running_var.npy", "norm.weight.npy",
        }));
        Assert.That(c.LoadNpy(folder["npy"]).Fc1.Weight.Floats(), Is.EqualTo(a.Fc1.Weight.Floats()));
        File.Delete(Path.Combine(folder["npy"], "fc1.weight.npy"));
        Assert.That(() => c.LoadNpy(folder["npy"]), Throws.TypeOf<WeightsException>().With.Message.Contains("'fc1.weight'"));
        Assert.That(() => c.LoadNpy(folder["none"]), Throws.TypeOf<WeightsException>().With.Message.Contains("no such folder"));
    }

    [Test]
    public void Tied_weights_are_saved_once()
    {
        using var folder = new Folder();
        new Tied().SaveSafetensors(folder["m"]);
        Assert.That(SafetensorsFile.Open(folder["m"]).Tensors.Select(t => t.Name), Is.EqualTo(new[] { "input.weight" }));
        Assert.That(StateDict.Parameters(new Tied()), Has.Count.EqualTo(1));
    }
}
