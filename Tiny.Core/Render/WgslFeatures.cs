namespace Tiny.Render;

/// <summary>What WGSL may be written for beyond what every device has. Kernels for none of it run everywhere; with it some have other forms.</summary>
[Flags]
public enum WgslFeatures
{
    /// <summary>What every device has.</summary>
    None = 0,
    /// <summary>Memory that the threads of a workgroup share is worth its barriers: on graphics cards, not on processors that stand in for one.</summary>
    Groups = 1,
    /// <summary>Threads that run in step combine values themselves: the device's feature "subgroups".</summary>
    Subgroups = 2,
}
