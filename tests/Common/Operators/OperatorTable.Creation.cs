using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static Shape Grid => new(3, 4);

    static OperatorCase[] Creation =>
    [
        Made("Full", d => Tensor.Full(Grid, 1, d), () => Filled(1)).Refuses(_ => Tensor.Full(Grid, 300, DType.UInt8)), Made("Zeros", d => Tensor.Zeros(Grid, d), () => Filled(0)), Made("Ones", d => Tensor.Ones(Grid, d), () => Filled(1)),
        Made("Empty", d => Tensor.Empty(Grid, d), () => Filled(0)), Made("Scalar", d => Tensor.Scalar(1, d), () => Nd.Scalar(1)),
        Made("Eye", d => Tensor.Eye(3, 4, d), () => Nd.Of([3, 4], at => at[0] == at[1] ? 1 : 0)).Refuses(_ => Tensor.Eye(-1)),
        Made("Linspace", d => Tensor.Linspace(0, 1, 5, d), () => Nd.Of(0, 0.25, 0.5, 0.75, 1)).Refuses(_ => Tensor.Linspace(0, 1, -1)) .Gives(NoBools) with { Rounded = Math.Floor },
        Nothing("Arange", () => Tensor.Arange(9, -3, -2), () => Nd.Of(9, 7, 5, 3, 1, -1)).Gives(DTypeRules.Places).Refuses(_ => Tensor.Arange(1, 5, 0)),
        Nothing("Of", () => Tensor.Of(7), () => Nd.Scalar(7)).Gives(DTypeRules.Places),
        Like("FullLike", x => x.FullLike(1), _ => 1).Refuses(x => x[0].Cast(DType.UInt8).FullLike(300)) with { Says = "Full" }, Like("ZerosLike", x => x.ZerosLike(), _ => 0), Like("OnesLike", x => x.OnesLike(), _ => 1), Like("EmptyLike", x => x.EmptyLike(), _ => 0),
    ];

    static OperatorCase[] Random =>
    [
        Drawn("Rand", () => Tensor.Rand(Grid, 5)), Drawn("RandN", () => Tensor.RandN(Grid, 5)), Drawn("Uniform", () => Tensor.Uniform(Grid, -2, 3, 5)), Drawn("Normal", () => Tensor.Normal(Grid, 1, 2, 5)),
        Drawn("RandInt", () => Tensor.RandInt(Grid, -3, 9, 5)).Gives(DTypeRules.Places).Refuses(_ => Tensor.RandInt(Grid, 4, 4)), Drawn("RandPerm", () => Tensor.RandPerm(7, 5)).Gives(DTypeRules.Places).Refuses(_ => Tensor.RandPerm(-1)),
        Drawn("ScaledUniform", () => Tensor.ScaledUniform(Grid, 5)), Drawn("ScaledNormal", () => Tensor.ScaledNormal(Grid, 5)),
        Drawn("GlorotUniform", () => Tensor.GlorotUniform(Grid, 5)).Refuses(_ => Tensor.GlorotUniform(new Shape(3))), Drawn("GlorotNormal", () => Tensor.GlorotNormal(Grid, 5)).Refuses(_ => Tensor.GlorotNormal(new Shape(3))),
        Drawn("KaimingUniform", () => Tensor.KaimingUniform(Grid, 0.1, 5)).Refuses(_ => Tensor.KaimingUniform(new Shape(3))), Drawn("KaimingNormal", () => Tensor.KaimingNormal(Grid, 0.1, 5)).Refuses(_ => Tensor.KaimingNormal(new Shape(3))),
        Like("RandLike", x => x.RandLike(5), _ => 0).Gives(Floats).Known("RandomTests"), Like("RandNLike", x => x.RandNLike(5), _ => 0).Gives(Floats).Known("RandomTests"),
        Like("RandIntLike", x => x.RandIntLike(0, 9, 5), _ => 0).Gives(DTypeRules.Places).Known("RandomTests").Refuses(x => x[0].RandIntLike(1, 1)) with { Says = "RandInt" },
        Of("Multinomial", x => x[0].Multinomial(3, seed: 5), Between(0.2, 1, 2, 5)).Gives(DTypeRules.Places).Jumping().Known("SortTests").Empty([0, 5]).EmptyFails([2, 0]).Refuses(x => x[0].Multinomial(6), x => x[0].Multinomial(-1, true)),
        Many("Threefry2x32", x => Tensor.Threefry2x32(x[0], x[1], x[2], x[3]) is var (a, b) ? [a, b] : [], In(3, 4), In(4), In(1), In(3, 1)).Gives(Only(DType.UInt32)).Jumping().Known("RandomTests").Empty([0, 4], [4], [1], [1, 1])
            .Refuses(x => Tensor.Threefry2x32(x[0], x[0].T, x[2], x[2])) with { NotFuzzed = "every draw is made of it: Rand" },
        Hash("Sha3", x => x.Sha3()).Refuses(x => x[0].Sha3(100)), Hash("Shake128", x => x.Shake128(20)), Hash("Shake256", x => x.Shake256(20)), Hash("Keccak", x => x.Keccak(136, 1, 32)).Refuses(x => x[0].Keccak(7, 1, 32)),
    ];

    static Nd Filled(double value) => Nd.Of([3, 4], _ => value);

    /// <summary>A tensor from nothing, of one dtype.</summary>
    static OperatorCase Nothing(string name, Func<Tensor> function, Func<Nd> expected) => Of(name, _ => function()).Is(_ => expected()).NoGradient("made of nothing");

    static OperatorCase Drawn(string name, Func<Tensor> function) => Of(name, _ => function()).Gives(Single).NoGradient("made of nothing").Known("RandomTests");

    /// <summary>A tensor in the shape of another.</summary>
    static OperatorCase Like(string name, Func<Tensor, Tensor> function, Func<double, double> expected) => One(name, function, expected).NoGradient(ShapeOnly);

    static OperatorCase Hash(string name, Func<Tensor, Tensor> function) => Of(name, x => function(x[0]), Between(0, 255, 2, 9)).Gives(Only(DType.UInt8)).Jumping().Known("KeccakTests").Empty([0, 9])
        with { Says = "Keccak", NotFuzzed = "24 rounds of 64-bit words, all alike: KeccakTests" };
}
