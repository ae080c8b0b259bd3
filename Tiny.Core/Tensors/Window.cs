namespace Tiny;

/// <summary>A number for each of two spatial axes; a single number stands for both.</summary>
public readonly record struct Pair(int Height, int Width)
{
    /// <summary>The same for both axes.</summary>
    public static implicit operator Pair(int both) => new(both, both);
    /// <summary>Height, then width.</summary>
    public static implicit operator Pair((int Height, int Width) sizes) => new(sizes.Height, sizes.Width);
    internal int[] Sizes => [Height, Width];
}

/// <summary>Padding of one spatial axis; a single number stands for both sides.</summary>
public readonly record struct Padding1d(int Left, int Right)
{
    /// <summary>The same at both sides.</summary>
    public static implicit operator Padding1d(int both) => new(both, both);
    /// <summary>Left, then right.</summary>
    public static implicit operator Padding1d((int Left, int Right) sides) => new(sides.Left, sides.Right);
    internal (int, int)[] Sides => [(Left, Right)];
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
    internal (int, int)[] Sides => [(Top, Bottom), (Left, Right)];
}

/// <summary>A number for each of three spatial axes; a single number stands for all.</summary>
public readonly record struct Triple(int Depth, int Height, int Width)
{
    /// <summary>The same for all axes.</summary>
    public static implicit operator Triple(int all) => new(all, all, all);
    /// <summary>Depth, height, width.</summary>
    public static implicit operator Triple((int Depth, int Height, int Width) sizes) => new(sizes.Depth, sizes.Height, sizes.Width);
    internal int[] Sizes => [Depth, Height, Width];
}

/// <summary>Padding of three spatial axes, before and after each: one number for all sides, one an axis, or explicit sides.</summary>
public readonly record struct Padding3d((int Before, int After) Depth, (int Before, int After) Height, (int Before, int After) Width)
{
    /// <summary>The same at all sides.</summary>
    public static implicit operator Padding3d(int all) => new((all, all), (all, all), (all, all));
    /// <summary>The same before and after each axis.</summary>
    public static implicit operator Padding3d((int Depth, int Height, int Width) axes) =>
        new((axes.Depth, axes.Depth), (axes.Height, axes.Height), (axes.Width, axes.Width));
    internal (int, int)[] Sides => [Depth, Height, Width];
}
