using System.Globalization;
using Tiny;
using Tiny.Bench;

// Prints a table of times. Arguments: words, of which a row's name must contain one; none for all rows.
Measure[] measures =
[
    new Warm("live call after the first", goal: 1, Sample.Call),
    new Cold("first live call", goal: 400, Sample.Call),
    new Cold("export to browser and C, cold", goal: 2000, Sample.Export),
    new SecondBuild("second build", goal: 3000, Path.Combine("samples", "Digits", "Digits.csproj")),
    new Warm("generator, an edit among 200 files", goal: 50, Generating.Edit),
    .. Products.Rows(),
    new Replaying(),
    new TrainingStep(),
    new Cold("onnx: read 14 MB, cold", goal: 50, OnnxModels.Parse),
    new Cold("onnx: MobileNetV2 to C, cold", goal: 5000, () => OnnxModels.MobileNet("c"), times: 3),
    new Cold("onnx: MobileNetV2 to a bundle, cold", goal: 5000, () => OnnxModels.MobileNet("webgpu"), times: 3),
    new Cold("onnx: ResNet-18 to C, cold", goal: 4000, () => OnnxModels.ResNet("c"), times: 3),
    // At most 5 microseconds a node.
    new Warm("eager: 10,000 operations built", goal: 50, () => Eager.Build(10_000), warmUp: 3, times: 20),
    new Warm("eager: 10,000 operations built, scheduled, run", goal: 50, () => Eager.Run(10_000), warmUp: 3, times: 20),
    new Warm("schedule layers of 10,000 nodes", goal: 300, () => Compiling.Layers(10_000), warmUp: 2, times: 5),
    new Warm("schedule layers of 100,000 nodes", goal: 3000, () => Compiling.Layers(100_000), warmUp: 1, times: 3),
    new Warm("schedule a chain of 100,000 operations", goal: 3000, () => Compiling.Chain(100_000), warmUp: 1, times: 3),
    new Warm("schedule a chain of 1,000,000 operations", goal: null, () => Compiling.Chain(1_000_000), warmUp: 0, times: 1),
];

if (args is ["--once", var name])
{
    Console.Write(measures.OfType<Cold>().Single(m => m.Name == name).RunHere().ToString("R", CultureInfo.InvariantCulture));
    return;
}
Table.Print(measures.Where(m => args.Length == 0 || args.Any(a => m.Name.Contains(a, StringComparison.OrdinalIgnoreCase))));
