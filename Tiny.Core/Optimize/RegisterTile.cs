using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Chooses how many elements of each output axis a core computes side by side in its registers: of all tiles that fit, the one with the lowest price. A tile's price for a
/// multiplication is the loads that it shares badly, the elements that blocks moved back at an edge compute twice, and the wait for one another
/// where there are fewer sums than a core can have under way.
/// </summary>
/// <param name="Price">Nominal price of an element's step, where one multiplication costs 1.</param>
/// <param name="Amounts">How many of each axis given.</param>
sealed record RegisterTile(double Price, int[] Amounts)
{
    // Sums under way: two units, four steps each. What a load costs beside a multiplication, and one that is tested first.
    const double UnderWay = 8, Load = 0.5, Tested = 0.5, Spilled = 1, Apart = 1e-6;
    // Places that differ by a multiple of this push one another out of the cache.
    const long Page = 4096;
    const int MostOfAnAxis = 16;

    /// <param name="axes">Output axes, each with its number of blocks: of the vector axis its vectors.</param>
    /// <param name="loads">What is loaded in each step of the reduction.</param>
    /// <param name="unrolled">The range of the reduction whose steps are written out; null for none.</param>
    /// <param name="profile">Has so many values in registers at once.</param>
    /// <param name="most">Elements at once.</param>
    /// <param name="divides">Only whole blocks.</param>
    /// <param name="free">What depends on what.</param>
    public static RegisterTile Choose(IReadOnlyList<(UOp Axis, int Blocks)> axes, IReadOnlyList<UOp> loads, UOp? unrolled, TargetProfile profile, int most, bool divides, FreeRanges free)
    {
        int registers = profile.Registers;
        int steps = unrolled is null ? 1 : (int)unrolled.Max + 1;
        var each = loads.Select(l => new Access(l, [.. axes.Select(a => free.DependsOn(l, a.Axis))], unrolled is not null && free.DependsOn(l, unrolled) ? steps : 1,
            [.. axes.Select(a => unrolled is null ? 0 : Overlap(l, a.Axis, unrolled))],
            [.. axes.Select(a => LinearForm.Of(l.Src[1]).Coefficient(a.Axis) * l.DType.Size is var step && step != 0 && step % Page == 0)])).ToList();
        var best = new RegisterTile(double.MaxValue, []);
        Try(0, new int[axes.Count], 1);
        return best;

        void Try(int i, int[] amounts, int tile)
        {
            if (i == axes.Count)
            {
                if (Price(amounts, tile) is { } price && price < best.Price - 1e-9) best = new(price, [.. amounts]);
                return;
            }
            for (int k = Math.Min(Math.Min(axes[i].Blocks, MostOfAnAxis), Math.Min(registers, most) / tile); k >= 1; k--)
            {
                if (divides && axes[i].Blocks % k != 0) continue;
                amounts[i] = k;
                Try(i + 1, amounts, tile * k);
            }
        }

        double? Price(int[] amounts, int tile)
        {
            // The sums, the values of the operand that has fewest, and one of the other's (as StepOrder has them); and a product that is yet to be added, where that is no one instruction.
            int held = each.Count == 0 ? 0 : each.Min(a => a.Copies(amounts) * a.Steps);
            if (tile > 1 && tile + held + (profile.Fma ? 1 : 2) > registers) return null;
            double waste = 1;
            for (int i = 0; i < amounts.Length; i++) waste *= Math.Ceiling((double)axes[i].Blocks / amounts[i]) * amounts[i] / axes[i].Blocks;
            double values = each.Sum(a => a.Distinct(amounts) * (a.Node.Src.Length > 2 ? Load + Tested : Load));
            if (profile.LoadsFirst) values += Spilled * Math.Max(0, tile + each.Sum(a => a.Distinct(amounts)) - registers);
            // Of equal tiles the one that reads neighbours.
            values += Apart * each.Sum(a => a.Far(amounts));
            return waste * (Math.Max(1, UnderWay / tile) + values / (tile * steps));
        }
    }

    // How many steps of the unrolled range an axis moves an access by; 0 where it reads other elements.
    static long Overlap(UOp load, UOp axis, UOp unrolled)
    {
        var form = LinearForm.Of(load.Src[1]);
        long step = form.Coefficient(unrolled), moves = form.Coefficient(axis);
        return step != 0 && moves != 0 && moves % step == 0 ? Math.Abs(moves / step) : 0;
    }

    // A load: the axes that it depends on, its unrolled steps, how far each axis moves it in such steps, and which move it by whole pages.
    sealed record Access(UOp Node, bool[] Depends, int Steps, long[] Moves, bool[] Pages)
    {
        public int Far(int[] amounts) => amounts.Where((_, i) => Pages[i]).Sum(n => n - 1);

        public int Copies(int[] amounts)
        {
            int copies = 1;
            for (int i = 0; i < amounts.Length; i++)
                if (Depends[i]) copies *= amounts[i];
            return copies;
        }

        // Neighbouring windows share elements.
        public double Distinct(int[] amounts)
        {
            double most = 1, shared = 1;
            for (int i = 0; i < amounts.Length; i++)
            {
                if (!Depends[i]) continue;
                most *= amounts[i];
                if (Moves[i] > 0) shared = Math.Min(shared, ((amounts[i] - 1) * Moves[i] + Steps) / (double)(amounts[i] * Steps));
            }
            return most * Steps * shared;
        }
    }
}
