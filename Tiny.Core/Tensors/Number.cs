using System.Globalization;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny;

/// <summary>
/// A constant written beside a tensor, as in <c>x * 2</c>. It adapts to the tensor: a whole number takes the tensor's dtype
/// (int32 beside a bool), a floating-point one makes an integer tensor float32.
/// </summary>
public readonly struct Number : IEquatable<Number>
{
    enum Form : byte { Whole, Real, Truth, Size }

    readonly Form _form;
    readonly Int128 _whole;
    readonly double _real;
    readonly Dim _size;

    Number(Form form, Int128 whole, double real)
    {
        _form = form;
        _whole = whole;
        _real = real;
    }

    Number(Dim size) => (_form, _size) = (Form.Size, size);

    /// <summary>A whole number.</summary>
    public static implicit operator Number(int value) => new(Form.Whole, value, value);
    /// <summary>A whole number.</summary>
    public static implicit operator Number(long value) => new(Form.Whole, value, value);
    /// <summary>A whole number.</summary>
    public static implicit operator Number(ulong value) => new(Form.Whole, value, Numbers.ToDouble(value));
    /// <summary>A floating-point number.</summary>
    public static implicit operator Number(Half value) => new(Form.Real, 0, (double)value);
    /// <summary>A floating-point number.</summary>
    public static implicit operator Number(float value) => new(Form.Real, 0, value);
    /// <summary>A floating-point number.</summary>
    public static implicit operator Number(double value) => new(Form.Real, 0, value);
    /// <summary>A size: a whole number, known at the call where it depends on a variable.</summary>
    public static implicit operator Number(Dim value) => value.IsSymbolic ? new Number(value) : (long)value;
    /// <summary>A whole number that is known at the call.</summary>
    public static implicit operator Number(Variable value) => (Dim)value;
    /// <summary>True or false.</summary>
    public static implicit operator Number(bool value) => new(Form.Truth, value ? 1 : 0, value ? 1 : 0);

    /// <summary>The dtype it has on its own: int32, float32 or bool.</summary>
    internal DType Natural => _form switch { Form.Whole or Form.Size => DType.Int32, Form.Real => DType.Float32, _ => DType.Bool };

    /// <summary>The dtype it takes beside a tensor.</summary>
    internal DType Beside(DType tensor) => _form switch
    {
        Form.Real => tensor.IsFloat ? tensor : DType.Float32,
        Form.Whole or Form.Size => tensor.IsBool ? DType.Int32 : tensor,
        _ => tensor,
    };

    /// <summary>True for a zero that padding gives by itself (not for -0).</summary>
    internal bool IsPlainZero => _form == Form.Real ? BitConverter.DoubleToInt64Bits(_real) == 0 : _form != Form.Size && _whole == 0;

    /// <summary>Throws unless an integer dtype can hold it.</summary>
    internal Number CheckFits(DType dtype, string operation) =>
        Fits(dtype) ? this : throw new DTypeException($"{operation}: the constant {this} does not fit {dtype}");

    /// <summary>False if a dtype is of integers and cannot hold it.</summary>
    internal bool Fits(DType dtype)
    {
        if (!dtype.IsInt) return true;
        Int128 lo = Bounds.OfType(dtype).Min, hi = dtype.Kind == ScalarKind.UInt64 ? ulong.MaxValue : Bounds.OfType(dtype).Max;
        return _form switch
        {
            Form.Real => _real >= (double)lo && _real <= (double)hi && (Int128)_real <= hi,
            Form.Size => _size.Min >= lo && _size.Max <= hi,
            _ => _whole >= lo && _whole <= hi,
        };
    }

    /// <summary>The number as a node of rank 0.</summary>
    internal UOp ToConst(DType dtype) => _form == Form.Size ? Build.Cast(_size.ToUOp(), dtype)
        : _form != Form.Real ? dtype.IsFloat ? UOp.Const(_real, dtype) : UOp.Const(unchecked((long)_whole), dtype)
        : dtype.IsFloat ? UOp.Const(_real, dtype) : UOp.Const(dtype.IsBool ? (_real != 0 ? 1L : 0L) : unchecked((long)(Int128)_real), dtype);

    /// <inheritdoc/>
    public bool Equals(Number other) => _form == other._form && _whole == other._whole && _real.Equals(other._real) && _size.Equals(other._size);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Number n && Equals(n);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_form, _whole, _real, _size);
    /// <summary>Equal form and value.</summary>
    public static bool operator ==(Number a, Number b) => a.Equals(b);
    /// <summary>Different form or value.</summary>
    public static bool operator !=(Number a, Number b) => !a.Equals(b);
    /// <inheritdoc/>
    public override string ToString() => _form switch
    {
        Form.Whole => _whole.ToString(CultureInfo.InvariantCulture),
        Form.Real => _real.ToString("R", CultureInfo.InvariantCulture),
        Form.Size => _size.ToString(),
        _ => _whole != 0 ? "true" : "false",
    };
}
