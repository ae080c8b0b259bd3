namespace Tiny;

/// <summary>A number for each of two spatial axes; a single number stands for both.</summary>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same for both axes.</summary>
    public static implicit operator Pair(int both) => new(both, both);
    /// <summary>Height, then width.</summary>
    public static implicit operator Pair((int Height, int Width) sizes) => new(sizes.Height, sizes.Width);
}

/// <summary>Padding of one spatial axis; a single number stands for both sides.</summary>
public readonly record struct Padding1d(int Left, int Right)
{
    /// <summary>The same at both sides.</summary>
    public static implicit operator Padding1d(int both) => new(both, both);
    /// <summary>Left, then right.</summary>
    public static implicit operator Padding1d((int Left, int Right) sides) => new(sides.Left, sides.Right);
}

/// <summary>Padding of two spatial axes: one number for all sides, one an axis, or explicit sides.</summary>
public readonly record struct Padding2d(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The same at all sides.</summary>
    public static implicit operator Padding2d(int all) => new(all, all, all, all);
    /// <summary>Above and below, then left and right.</summary>
    public static implicit operator Padding2d((int Height, int Width) axes) => new(axes.Height, axes.Height, axes.Width, axes.Width);
    /// <summary>Top and bottom, then left and right.</summary>
    public static implicit operator Padding2d(((int Top, int Bottom) Height, (int Left, int Right) Width) sides) =>
        new(sides.Height.Top, sides.Height.Bottom, sides.Width.Left, sides.Width.Right);
}
