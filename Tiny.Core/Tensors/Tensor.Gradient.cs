using System.Reflection;
using Tiny.Graph;

namespace Tiny;

// Gradients. They are with respect to values: writing to a tensor changes neither the gradients of what was built before, nor what they mean.
public sealed partial class Tensor
{
    /// <summary>
    /// <see cref="Backward"/> collects a gradient for this tensor in <see cref="Grad"/>. Such a tensor is a beginning: gradients go no further back, into
    /// what it was computed from or assigned. An optimizer sets this for the parameters that it is given.
    /// </summary>
    /// <exception cref="DTypeException">Set on a tensor that is not of floats.</exception>
    /// <exception cref="GradientException">Set on a view of another tensor.</exception>
    public bool RequiresGrad
    {
        get => !IsView && _cell.RequiresGrad;
        set
        {
            if (value && !DType.IsFloat) throw new DTypeException($"RequiresGrad: {Shape} is {DType}; only floats have gradients");
            if (value && IsView) throw new GradientException($"RequiresGrad: {Shape} is a view of a tensor of {_cell.Shape}; set it there, or on a copy (Contiguous)");
            _cell.RequiresGrad = value;
        }
    }

    /// <summary>
    /// The gradient that <see cref="Backward"/> has collected, null before. Setting null drops it. Inside a captured method a gradient that did not exist
    /// before lives until the method ends.
    /// </summary>
    /// <exception cref="ShapeException">Set to a tensor of another shape.</exception>
    /// <exception cref="DTypeException">Set to a tensor of another dtype.</exception>
    public Tensor? Grad
    {
        get => IsView ? null : _cell.Grad;
        set
        {
            if (IsView) throw new GradientException($"Grad: {Shape} is a view of a tensor of {_cell.Shape}, which may have a gradient");
            if (value is not null) Fits("Grad", value, this);
            _cell.Grad = value;
        }
    }

    /// <summary>
    /// Computes the gradient of this tensor with respect to every tensor that it depends on and that requires one, and adds it to what
    /// <see cref="Grad"/> holds there. Nothing is computed before it is asked for. The collected gradients are constants: to differentiate again, use
    /// <see cref="Gradient(IReadOnlyList{Tensor})"/>. A tensor that was written in between has the gradients of all values that it had.
    /// </summary>
    /// <param name="gradient">The gradient of this tensor itself, of its shape; 1 for a single element unless given.</param>
    /// <exception cref="GradientException">This has several elements and no gradient is given, or nothing that it depends on requires one.</exception>
    public void Backward(Tensor? gradient = null)
    {
        var seed = Seed("Backward", gradient);
        var result = Node;
        var places = new CellValues(result).Requiring;
        if (places.Count == 0)
            throw new GradientException($"Backward: {DType} {Shape} depends on no tensor that requires a gradient; set RequiresGrad on one. Gradients do not "
                + "go through integers, comparisons or Detach");
        var gradients = Sums(result, seed, [.. places.Select(p => p.Nodes)], places.SelectMany(p => p.Nodes).ToHashSet());
        foreach (var ((cell, _), found) in places.Zip(gradients))
        {
            if (found is null) continue;
            var constant = new Tensor(found).Detach();
            if (cell.Grad is { } before) before.Assign(before + constant);
            else cell.Grad = constant;
        }
    }

    /// <summary>The gradients of this tensor, which has a single element, with respect to others, in their order.
    /// See <see cref="Gradient(IReadOnlyList{Tensor}, Tensor?, bool)"/>.</summary>
    public IReadOnlyList<Tensor> Gradient(params IReadOnlyList<Tensor> targets) => Gradient(targets, null);

    /// <summary>
    /// The gradients of this tensor with respect to others, in their order; each has its target's shape and dtype. They are tensors like any others, and can
    /// be differentiated again. A target is taken with the value that it had when this tensor was built: the last one, if it was written in between.
    /// </summary>
    /// <param name="targets">Tensors of floats from which this one was built.</param>
    /// <param name="gradient">The gradient of this tensor itself, of its shape; 1 for a single element unless given.</param>
    /// <param name="zeros">Targets that this does not depend on have zeros; else they are an error.</param>
    /// <exception cref="GradientException">This has several elements and no gradient is given, or does not depend on a target.</exception>
    /// <exception cref="DTypeException">A target is not of floats.</exception>
    public IReadOnlyList<Tensor> Gradient(IReadOnlyList<Tensor> targets, Tensor? gradient, bool zeros = false)
    {
        NotNull(targets);
        foreach (var t in targets)
            if (!NotNull(t).DType.IsFloat) throw new DTypeException($"Gradient: the target {t.Shape} is {t.DType}; only floats have gradients");
        var seed = Seed("Gradient", gradient);
        var result = Node;
        var values = new CellValues(result);
        IReadOnlyList<UOp>[] nodes = [.. targets.Select(t => t.IsView ? [t.Node] : values.Newest(t._cell, t.Node))];
        var gradients = Sums(result, seed, nodes, new HashSet<UOp>());
        for (int i = 0; i < gradients.Length; i++)
            if (gradients[i] is null && !zeros)
                throw new GradientException($"Gradient: {DType} {Shape} does not depend on target {i}, {targets[i].DType} {targets[i].Shape}"
                    + (targets[i]._cell.Name is { } name ? $" ('{name}')" : "") + "; pass zeros: true if that is right. Gradients go "
                    + "neither through integers, comparisons or Detach, nor through what was computed (read, realised) before, unless RequiresGrad was set");
        return [.. gradients.Select((g, i) => new Tensor(g ?? Build.Fill(0, targets[i].DType, targets[i].Shape)))];
    }

    /// <summary>The same values, through which no gradient goes.</summary>
    public Tensor Detach()
    {
        using var scope = Origin.Scope("detach");
        return new Tensor(Build.Node(Op.WithGradient, DType, GradientRule.None, Node));
    }

    /// <summary>The same values; their gradient is placed in memory of its own.</summary>
    public Tensor ContiguousBackward()
    {
        using var scope = Origin.Scope("contiguous_backward");
        return WithGradient(this, [this], static (_, g) => [g.Contiguous()]);
    }

    /// <summary>
    /// A function of this tensor with a gradient of its own. Example, a rounding that counts as the identity on the way back:
    /// <c>x.WithGradient(x => x.Round(), (x, gradient) => gradient)</c>.
    /// </summary>
    /// <param name="forward">Gives the value.</param>
    /// <param name="backward">Takes this tensor and the value's gradient; gives this tensor's, of its shape and dtype.</param>
    public Tensor WithGradient(Func<Tensor, Tensor> forward, Func<Tensor, Tensor, Tensor> backward)
    {
        NotNull(forward);
        NotNull(backward);
        return WithGradient(NotNull(forward(this), name: "the value"), [this], (x, g) => [backward(x[0], g)]);
    }

    /// <summary>A value with a gradient of its own: nothing goes back into what the value was computed from but what <paramref name="backward"/> says.</summary>
    /// <param name="value">The value.</param>
    /// <param name="inputs">Tensors that have a gradient.</param>
    /// <param name="backward">Takes the inputs and the value's gradient; gives a gradient for each input, of its shape and dtype, null for none.</param>
    public static Tensor WithGradient(Tensor value, IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>, Tensor, IReadOnlyList<Tensor?>> backward)
    {
        NotNull(value);
        NotNull(inputs);
        NotNull(backward);
        return WithRule(value, [.. inputs.Select(t => NotNull(t))], (x, _, g) =>
        {
            var gradients = backward(x, g);
            if (gradients.Count != x.Length)
                throw new GradientException($"WithGradient: {x.Length} inputs have {gradients.Count} gradients; give null for those that have none");
            for (int i = 0; i < x.Length; i++)
                if (gradients[i] is { } made) Fits("WithGradient", made, x[i]);
            return [.. gradients];
        }, backward.Method);
    }

    /// <summary>A value with the derivative that is given by its operand and itself.</summary>
    static Tensor Derived(Tensor x, Tensor value, Func<Tensor, Tensor, Tensor> derivative) =>
        WithRule(value, [x], (x, y, g) => [Counted(g, g * derivative(x[0], y))], derivative.Method);

    /// <summary>A value of two operands with the derivatives that are given by them and itself.</summary>
    static Tensor Derived(Tensor a, Tensor b, Tensor value, Func<Tensor, Tensor, Tensor, (Tensor A, Tensor B)> derivatives) =>
        WithRule(value, [a, b], (x, y, g) =>
        {
            var (da, db) = derivatives(x[0], x[1], y);
            return [Counted(g, g * da), Counted(g, g * db)];
        }, derivatives.Method);

    /// <summary>A value whose gradient g goes to inputs x by a rule of x, the value itself and g.</summary>
    static Tensor WithRule(Tensor value, Tensor[] inputs, Func<Tensor[], Tensor, Tensor, Tensor?[]> rule, MethodInfo? place = null, Func<UOp, UOp?>? faster = null) =>
        new(Build.Node(Op.WithGradient, value.DType,
            new GradientRule(place ?? rule.Method, (y, g) => [.. rule([.. y.Src.Skip(1).Select(s => new Tensor(s))], new Tensor(y), new Tensor(g)).Select(t => t?.Node)]) { Faster = faster },
            [value.Node, .. inputs.Select(t => t.Node)]));

    // What does not count has no gradient, whatever its derivative is.
    static Tensor Counted(Tensor g, Tensor gradient) => new(GradientRules.Chosen(g.Node, gradient.Node));

    static void Fits(string operation, Tensor gradient, Tensor of)
    {
        if (!gradient.Shape.Equals(of.Shape)) throw new ShapeException($"{operation}: the gradient of {of.Shape} has not that shape, but {gradient.Shape}");
        if (gradient.DType != of.DType) throw new DTypeException($"{operation}: the gradient of {of.DType} {of.Shape} has not that dtype, but {gradient.DType}");
    }

    UOp Seed(string operation, Tensor? gradient)
    {
        if (!DType.IsFloat) throw new DTypeException($"{operation}: {Shape} is {DType}; only floats have gradients");
        if (gradient is not null)
        {
            Fits(operation, gradient, this);
            return gradient.Node;
        }
        if (!Shape.Count.Is(1))
            throw new GradientException($"{operation}: {Shape} has {Shape.Count} elements; take a Sum or a Mean, or give the gradient of each element");
        return Build.Fill(1.0, DType, Shape);
    }

    // For each target, which may stand in the graph as several nodes, the sum of their gradients.
    static UOp?[] Sums(UOp result, UOp seed, IReadOnlyList<UOp>[] targets, IReadOnlySet<UOp> leaves)
    {
        var all = Tiny.Graph.Gradient.Of(result, seed, [.. targets.SelectMany(t => t)], leaves);
        var sums = new UOp?[targets.Length];
        for (int t = 0, i = 0; t < sums.Length; t++)
            foreach (var _ in targets[t])
                if (all[i++] is { } one) sums[t] = sums[t] is { } sum ? Build.Binary(Op.Add, sum, one) : one;
        return sums;
    }
}
