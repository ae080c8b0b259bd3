namespace Tiny.Optimize;

/// <summary>What a search has found for a kernel on one kind of target.</summary>
/// <param name="Profile">The name of the target's profile.</param>
/// <param name="Key">What the kernel is (<see cref="KernelKey"/>).</param>
/// <param name="Name">The kernel's name, for a reader.</param>
/// <param name="Loops">Its loops, for a reader.</param>
/// <param name="Choices">What is done to it.</param>
/// <param name="Instead">What the heuristic does to it, for a reader.</param>
/// <param name="Before">Microseconds that the heuristic's choices were measured to take.</param>
/// <param name="After">Microseconds that these were measured to take.</param>
/// <param name="Machine">The processor, or device, that both were measured on.</param>
public sealed record TunedKernel(string Profile, string Key, string Name, string Loops, IReadOnlyList<OptOp> Choices, IReadOnlyList<OptOp> Instead, double Before, double After, string Machine);
