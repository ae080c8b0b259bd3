using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Bench;

/// <summary>Graphs of a given size, scheduled: from tensor operations to kernels and their memory for the live CPU, without lowering.</summary>
static class Compiling
{
    /// <summary>Linear layers with an activation, each with weights of its own, of about so many nodes.</summary>
    public static Action Layers(int nodes)
    {
        var x = Tensor.Ones(16, 32).Contiguous();
        Tensor Layer(Tensor x) => x.Linear(Tensor.From(new float[32 * 32], 32, 32), Tensor.From(new float[32], 32)).Relu();
        int each = Walk.Topological([Layer(x).Node]).Count - Walk.Topological([x.Node]).Count;
        for (int i = 0; i < nodes / each; i++) x = Layer(x);
        return () => Scheduler.Run([x.Node], profile: ScheduleProfile.Of(Device.Get("cpu").Profile));
    }

    /// <summary>One elementwise operation after another.</summary>
    public static Action Chain(int nodes)
    {
        var x = Tensor.Ones(64).Contiguous();
        for (int i = 0; i < nodes; i++) x += x;
        return () => Scheduler.Run([x.Node], profile: ScheduleProfile.Of(Device.Get("cpu").Profile));
    }
}
