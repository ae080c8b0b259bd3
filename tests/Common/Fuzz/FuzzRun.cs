using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Fuzz;

/// <summary>Runs a random program on the default device: compiled once, with every value of its variable, against the interpreter.</summary>
static class FuzzRun
{
    /// <summary>What is wrong, or null; an exception is a problem too.</summary>
    public static string? Problem(RandomProgram program, RuleSet? rules = null)
    {
        try
        {
            return Difference(program, rules);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    /// <summary>The first result that differs, and for which value of the variable, or null.</summary>
    public static string? Difference(RandomProgram program, RuleSet? rules = null, Func<string, List<KernelBody>, List<KernelBody>>? alter = null,
        Func<KernelSchedule, Tuning>? tune = null)
    {
        var results = program.Build(program.Leaves());
        if (program.Size is null && rules is null && alter is null && tune is null)
        {
            Tensor.Realize(results);
            return Difference(program, program.Bindings[0], [.. results.Select(r => r.Storage!)]);
        }
        var schedule = Scheduler.Run([.. results.Select(r => r.Node)], rules: rules, alter: alter);
        var compiled = new Executable(schedule, Device.Default, tuning: tune?.Invoke(schedule));
        foreach (var binding in program.Bindings)
        {
            var inputs = program.Inputs(binding);
            if (Difference(program, binding, compiled.Run(p => inputs[p.Slot].Storage!.On(Device.Default), binding)) is { } problem) return problem;
        }
        return null;
    }

    static string? Difference(RandomProgram program, IReadOnlyDictionary<Variable, int> binding, Storage[] results)
    {
        var expected = program.Expected(binding);
        var problem = results.Select((r, i) => expected.Difference(i, r.ToHost().Copied())).FirstOrDefault(p => p is not null);
        return problem is null ? null : string.Concat(binding.Select(b => $"with {b.Key.Name} = {b.Value}, ")) + problem;
    }
}
