namespace System;

/// <summary>Lets the compiler match lists; netstandard2.0 lacks it.</summary>
readonly struct Index(int value, bool fromEnd = false)
{
    public int GetOffset(int length) => fromEnd ? length - value : value;
}
