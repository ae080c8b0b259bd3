namespace Tiny;

// Tensors among the indices of a slice, as NumPy has them: index tensors broadcast together to one shape, which stands in the result where they stood, or at the
// front if something else than numbers stood between them. A mask stands for the indices at which it is true.
public sealed partial class Tensor
{
    static bool HasTensor(ReadOnlySpan<SliceIndex> indices)
    {
        foreach (var index in indices)
            if (index.Tensor is not null) return true;
        return false;
    }

    Tensor Picked(ReadOnlySpan<SliceIndex> indices)
    {
        using var scope = Origin.Scope("index");
        return new Picking(this, indices, sized: true).Read();
    }

    void Put(ReadOnlySpan<SliceIndex> indices, Tensor value)
    {
        using var scope = Origin.Scope("index_put");
        // A lone mask needs no list of places.
        var (tensors, masks) = (0, 0);
        foreach (var index in indices)
            if (index.Tensor is { } t) (tensors, masks) = (tensors + 1, masks + (t.DType.IsBool ? 1 : 0));
        new Picking(this, indices, sized: tensors != 1 || masks != 1).Write(value);
    }

    /// <summary>One tensor seen by indices among which are tensors.</summary>
    sealed class Picking
    {
        readonly Tensor _part;
        // Axes of the part: those that tensors stand for, and the others.
        readonly int[] _axes, _others;
        // How many of the others come before the picked ones in the result.
        readonly int _before;
        readonly Tensor[] _places;
        readonly Tensor? _mask;

        public Picking(Tensor tensor, ReadOnlySpan<SliceIndex> indices, bool sized)
        {
            var basic = new List<SliceIndex>();
            var (axes, others, places) = (new List<int>(), new List<int>(), new List<Tensor>());
            int axis = 0, first = -1, last = -1, count = 0;
            for (int i = 0; i < indices.Length; i++)
            {
                if (indices[i].Tensor is { } t)
                {
                    bool mask = t.DType.IsBool;
                    if (!mask) CheckIndex("slice", t);
                    int covers = mask ? t.Rank : 1;
                    if (covers == 0 || basic.Count + covers > tensor.Rank) throw new ShapeException($"slice: the {(mask ? "mask" : "index")} {t.Shape} at {i} does not fit {tensor.Shape}");
                    if (mask && !t.Shape.Equals(new Shape(tensor.Shape.Dims[basic.Count..(basic.Count + covers)])))
                        throw new ShapeException($"slice: the mask {t.Shape} at {i} has not the extents of its axes of {tensor.Shape}");
                    if (!mask) places.Add(t);
                    else if (sized) places.AddRange(Columns(t.Nonzero(), covers));
                    else _mask = t;
                    for (int j = 0; j < covers; j++, axis++)
                    {
                        axes.Add(axis);
                        basic.Add(Range.All);
                    }
                }
                else
                {
                    basic.Add(indices[i]);
                    if (indices[i].Step != 0) others.Add(axis++);
                }
                if (indices[i].Tensor is null && indices[i].Step != 0) continue;
                if (first < 0) (first, _before) = (i, others.Count);
                (last, count) = (i, count + 1);
            }
            if (basic.Count > tensor.Rank) throw new ShapeException($"slice: {basic.Count} indices for {tensor.Shape} of rank {tensor.Rank}");
            if (last - first + 1 != count) _before = 0;
            _part = tensor[[.. basic]];
            for (; axis < _part.Rank; axis++) others.Add(axis);
            (_axes, _others, _places) = ([.. axes], [.. others], [.. places]);
        }

        static IEnumerable<Tensor> Columns(Tensor places, int count) => Enumerable.Range(0, count).Select(c => places[.., c]);

        // The part with the picked axes made one, in front.
        Tensor InFront(Tensor part) => part.Permute([.. _axes, .. _others]).Flatten(0, _axes.Length - 1);

        Dim[] Rest => [.. _others.Select(o => _part.Shape[o])];

        /// <summary>Places along the axis in front; -1 where an index is outside.</summary>
        Tensor Place()
        {
            Tensor? place = null, valid = null;
            for (int k = 0; k < _axes.Length; k++)
            {
                int n = _part.Shape[_axes[k]];
                // What an int32 does not hold is outside before it would wrap.
                var given = _places[k].DType.IsShortInt ? _places[k].Cast(DType.Int32) : _places[k];
                var inside = given.DType.IsUnsigned ? given.Lt(n) : given.Ge(-n) & given.Lt(n);
                var index = given.Cast(DType.Int32);
                index = index.Lt(0).Where(index + n, index);
                place = place is null ? index : place * n + index;
                valid = valid is null ? inside : valid & inside;
            }
            return valid!.Where(place!, -1);
        }

        /// <summary>The picked axes from the front to their place, or back.</summary>
        Tensor Moved(Tensor x, int picked, bool back)
        {
            int[] order = [.. Enumerable.Range(picked, _before), .. Enumerable.Range(0, picked), .. Enumerable.Range(picked + _before, _others.Length - _before)];
            return x.Permute(back ? [.. Enumerable.Range(0, order.Length).Select(i => Array.IndexOf(order, i))] : order);
        }

        public Tensor Read()
        {
            var place = Place();
            return Moved(InFront(_part).Take(place), place.Rank, back: false);
        }

        public void Write(Tensor value)
        {
            var now = InFront(_part);
            int n = now.Shape[0];
            Tensor changed;
            if (_mask is not null)
            {
                var mask = _mask.Flatten();
                // One value for each true element, or one for all.
                int at = value.Rank - (_others.Length - _before) - 1;
                bool each = at >= 0 && !value.Shape[at].Is(1);
                int chosen = each ? value.Shape[at] : 1;
                var given = Front(value, new Shape(chosen), "slice");
                if (each) given = given.Take(mask.Cast(DType.Int32).CumSum() - 1);
                changed = mask.Reshape([n, .. Rest.Select(_ => (Dim)1)]).Where(given, now);
            }
            else
            {
                var place = Place();
                var given = Front(value, place.Shape, "slice");
                int m = place.Numel;
                if (m == 0) return;
                var last = place.Reshape(1, m).Eq(Arange(n).Unsqueeze(1)).Where(Arange(m), -1).Max(1);
                changed = last.Ge(0).Reshape([n, .. Rest.Select(_ => (Dim)1)]).Where(given.Take(last), now);
            }
            int[] order = [.. _axes, .. _others];
            var whole = changed.Reshape([.. order.Select(o => _part.Shape[o])]);
            _part.Assign(whole.Permute([.. Enumerable.Range(0, order.Length).Select(i => Array.IndexOf(order, i))]));
        }

        // What is given for picked elements of some shape, as [elements, rest...].
        Tensor Front(Tensor value, Shape picked, string operation)
        {
            if (Promote(value.DType, _part.DType) != _part.DType)
                throw new DTypeException($"{operation}: {value.DType} does not fit into {_part.DType} {_part.Shape} without loss; Cast it to {_part.DType} first");
            var rest = Rest;
            var shape = new Shape([.. rest[.._before], .. picked.Dims, .. rest[_before..]]);
            if (value.Rank > shape.Rank || !BroadcastShape(operation, value.Shape, shape).Equals(shape))
                throw new ShapeException($"{operation}: {value.Shape} does not broadcast to the picked {shape}");
            return Moved(value.Cast(_part.DType).Expand(shape), picked.Rank, back: true).Reshape([picked.Count, .. rest]);
        }
    }
}
