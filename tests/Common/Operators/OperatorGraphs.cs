using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>The rows of the table of operators as graphs over inputs in memory, each in the dtype that is used most.</summary>
static class OperatorGraphs
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<(OperatorCase Row, GraphCase Graph)> All { get; } = [.. OperatorTable.All.Select((row, i) => (row, Of(row, i)))];

    static GraphCase Of(OperatorCase row, int number)
    {
        var given = row.Arguments(row.Usual);
        return new($"r{number}_{row.Operator.ToLowerInvariant()}", given, x => row.Function([.. x]), () => new Expectation(row.Function(given)));
    }

    /// <summary>What the interpreter makes of results, compared as <see cref="Agreement"/> does.</summary>
    sealed class Expectation(IReadOnlyList<Tensor> results) : IExpectation
    {
        readonly Nd[] _expected = [.. results.Select(OperatorCase.Read)];

        public int Results => results.Count;

        public int Bytes(int result) => results[result].Numel * results[result].DType.Size;

        public string? Difference(int result, ReadOnlySpan<byte> actual)
        {
            var (dtype, shape) = (results[result].DType, results[result].Shape);
            if (actual.Length < Bytes(result)) return $"result {result}: {actual.Length} bytes instead of {Bytes(result)}";
            var tensor = Tensor.FromStorage(new Storage(dtype, shape, OwnedMemory.Of(actual[..Bytes(result)])));
            return Agreement.Difference(OperatorCase.Read(tensor), _expected[result], dtype) is { } problem ? $"result {result}: {problem}" : null;
        }
    }
}
