namespace Tiny.Nn;

/// <summary>
/// A learning rate as a function of the steps taken, computed by tensor operations: a captured training step and its exports follow it by themselves.
/// A number is a schedule that stays.
/// </summary>
public abstract record RateSchedule
{
    /// <summary>The rate for the step after <paramref name="steps"/> (an integer tensor) steps, as float32.</summary>
    public abstract Tensor At(Tensor steps);

    /// <summary>The rate of the first step.</summary>
    public double First => At(Tensor.Scalar(0)).Item();

    /// <summary>The rate stays as the optimizer has it.</summary>
    internal virtual bool IsConstant => false;

    /// <summary>A rate that stays.</summary>
    public static implicit operator RateSchedule(double rate) => new Constant(rate);

    /// <summary>a (1 - t) + b t with t going as half a cosine from 0 to 1 while <paramref name="part"/> does so.</summary>
    private protected static Tensor Eased(double a, double b, Tensor part) => b + (1 + (part * Math.PI).Cos()) * ((a - b) / 2);

    private protected static Tensor Float(Tensor steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return steps.Cast(DType.Float32);
    }

    sealed record Constant(double Rate) : RateSchedule
    {
        internal override bool IsConstant => true;
        public override Tensor At(Tensor steps) => Float(steps) * 0 + Rate;
    }
}

/// <summary>Rate gamma^(steps / every), rounded down.</summary>
public sealed record StepSchedule(double Rate, int Every, double Gamma = 0.1) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps) => (Float(steps.FloorDiv(Every)) * Math.Log2(Gamma)).Exp2() * Rate;
}

/// <summary>The rate times gamma for each milestone that the steps have reached.</summary>
public sealed record MultiStepSchedule(double Rate, IReadOnlyList<int> Milestones, double Gamma = 0.1) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return Milestones.Aggregate(Float(steps) * 0 + Rate, (rate, at) => steps.Ge(at).Where(rate * Gamma, rate));
    }
}

/// <summary>Rate gamma^steps.</summary>
public sealed record ExponentialSchedule(double Rate, double Gamma) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps) => (Float(steps) * Math.Log2(Gamma)).Exp2() * Rate;
}

/// <summary>Half a cosine from the rate down to the least within a number of steps, where it stays (Loshchilov and Hutter, 2017).</summary>
public sealed record CosineSchedule(double Rate, int Length, double Least = 0) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps) => Eased(Rate, Least, (Float(steps) / Math.Max(1, Length)).Minimum(1));
}

/// <summary>
/// One cycle (Smith and Topin, 2018): half a cosine up from most / divisor to most during the first <paramref name="Warm"/> of the steps, then half a cosine down to
/// most / divisor / finalDivisor at the last one.
/// </summary>
public sealed record OneCycleSchedule(double Most, int Length, double Warm = 0.3, double Divisor = 25, double FinalDivisor = 1e4) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps)
    {
        double up = Math.Max(1e-6, Warm * Length - 1), down = Math.Max(1e-6, Length - 1 - up);
        var n = Float(steps);
        return n.Le(up).Where(Eased(Most / Divisor, Most, (n / up).Minimum(1)), Eased(Most, Most / Divisor / FinalDivisor, ((n - up) / down).Clamp(0, 1)));
    }
}

/// <summary>A straight line from a share of the other schedule's first rate up to it within a number of steps; then the other schedule from its beginning.</summary>
public sealed record WarmUpSchedule(int Length, RateSchedule Then, double From = 0) : RateSchedule
{
    /// <inheritdoc/>
    public override Tensor At(Tensor steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        double first = Then.First;
        return steps.Lt(Length).Where((Float(steps) * ((1 - From) / Math.Max(1, Length)) + From) * first, Then.At((steps - Length).Maximum(0)));
    }
}
