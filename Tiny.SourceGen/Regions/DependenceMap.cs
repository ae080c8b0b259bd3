using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>
/// What every value in captured code may depend on. The order in which statements run plays no part: a variable has what any assignment gives it, a
/// parameter what any call passes, a result what any return gives. So the passes over all code go on until nothing new comes.
/// </summary>
sealed class DependenceMap
{
    readonly Dictionary<IOperation, Dependence> _values = [];
    readonly Dictionary<ISymbol, Dependence> _variables = new(SymbolEqualityComparer.Default);
    readonly Dictionary<ISymbol, Dependence> _selves = new(SymbolEqualityComparer.Default);
    readonly HashSet<ISymbol> _inputs = new(SymbolEqualityComparer.Default);
    readonly Dictionary<ISymbol, IMethodSymbol> _written = new(SymbolEqualityComparer.Default);
    bool _isNew;

    public static DependenceMap Of(IReadOnlyList<RegionBody> bodies, IReadOnlyList<CapturedRoot> roots, CallTargets targets, CancellationToken cancellation)
    {
        var map = new DependenceMap();
        foreach (var root in roots)
        {
            map._selves[root.Method] = Dependence.None with { IsOutside = true };
            foreach (var parameter in root.Method.Parameters)
                if (!SignatureTypes.IsPlain(parameter.Type) && map._inputs.Add(parameter))
                    map._variables[parameter] = Dependence.On(parameter).Into(parameter.Type);
        }
        do
        {
            map._isNew = false;
            foreach (var body in bodies)
            {
                cancellation.ThrowIfCancellationRequested();
                var transfer = new DependenceTransfer(map, body, targets);
                foreach (var operation in body.Operations) map._values[operation] = transfer.Of(operation);
            }
        }
        while (map._isNew);
        return map;
    }

    /// <summary>What the value of an operation in captured code depends on.</summary>
    public Dependence Of(IOperation operation) => _values.TryGetValue(operation, out var value) ? value : Dependence.None;

    /// <summary>What a variable may hold, or a method return, by what was found so far.</summary>
    public Dependence OfVariable(ISymbol symbol) => _variables.TryGetValue(symbol.OriginalDefinition, out var value) ? value : Dependence.None;

    /// <summary>True for what is a captured method's argument or lies in one, and nothing else: its plain parts belong to the signature.</summary>
    public bool IsArgument(Dependence value) => !value.Places.IsEmpty && value.Places.All(_inputs.Contains);

    /// <summary>What a method's instance may be.</summary>
    public Dependence OfSelf(IMethodSymbol method) => _selves.TryGetValue(method.OriginalDefinition, out var value) ? value : Dependence.None;

    /// <summary>A value comes into a variable, or is returned by a method.</summary>
    public void Flow(Dependence value, ISymbol to, ITypeSymbol? type) => Add(_variables, to.OriginalDefinition, value.Into(type));

    /// <summary>A method is called on an object.</summary>
    public void FlowSelf(Dependence value, IMethodSymbol method) => Add(_selves, method.OriginalDefinition, value);

    /// <summary>A captured method writes a tensor from outside.</summary>
    public void Written(Dependence tensor, IMethodSymbol by)
    {
        foreach (var source in tensor.Places)
            if (!_written.ContainsKey(source)) _written.Add(source, by);
    }

    /// <summary>
    /// For elements that were asked for: the tensor they depend on, if its elements are different in each call. A tensor that no captured method writes
    /// is a constant of the program.
    /// </summary>
    public string? Changing(Dependence elements)
    {
        foreach (var source in elements.Read.OrderBy(static s => s.Name, StringComparer.Ordinal))
            if (_inputs.Contains(source)) return $"argument '{source.Name}'";
            else if (_written.TryGetValue(source, out var by)) return $"'{source.Name}', which '{by.Name}' writes";
            else if (source is IMethodSymbol draw && RandomDraws.IsMethod(draw)) return "random numbers";
        return null;
    }

    void Add(Dictionary<ISymbol, Dependence> table, ISymbol key, Dependence value)
    {
        table.TryGetValue(key, out var before);
        if (before.Held is null) before = Dependence.None;
        var after = before | value;
        if (after.IsAsMuchAs(before)) return;
        table[key] = after;
        _isNew = true;
    }
}
