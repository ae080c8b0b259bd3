using System.Reflection;
using System.Runtime.Loader;

// The export host. The build starts it on the application's own dependencies; it finds Tiny among them and hands over. It refers to
// nothing of Tiny itself, so that the application's version is the only one in the process.
//
//   dotnet exec [--depsfile APP.deps.json --runtimeconfig APP.runtimeconfig.json] HOST.dll @ARGUMENTS
//   dotnet exec HOST.dll --print FILE
//
// The second form repeats a file of errors on standard output, where the build reads errors. In the first form standard output
// belongs to the user's code, and the build reads nothing from it.

if (args is ["--print", var file])
{
    using var input = File.OpenRead(file);
    using var output = Console.OpenStandardOutput();
    input.CopyTo(output);
    return 0;
}
if (args is not [['@', .. var response]])
{
    Console.Error.WriteLine("usage: HOST.dll @ARGUMENTS | --print FILE");
    return 1;
}

var arguments = File.ReadAllLines(response);
string Argument(string name) => Array.Find(arguments, a => a.StartsWith(name + '=', StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
string application = Argument("assembly");
void Report(string error) => File.WriteAllText(Argument("result"), $"{application}: error TINY2002: {error}\n");

var probes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [Path.GetFileNameWithoutExtension(application)] = application };
foreach (var argument in arguments)
    if (argument.StartsWith("probe=", StringComparison.Ordinal))
        probes.TryAdd(Path.GetFileNameWithoutExtension(argument[6..]), argument[6..]);
// Only what the application's dependency file does not name comes here: all of a library's references, for one.
AssemblyLoadContext.Default.Resolving += (context, name) =>
    name.Name is not null && probes.TryGetValue(name.Name, out var path) && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
    (probes.TryGetValue(name, out var path) || probes.TryGetValue("lib" + name, out path))
    && System.Runtime.InteropServices.NativeLibrary.TryLoad(path, out var handle) ? handle : 0;

// A model that looks for its weights beside itself must not look beside the host.
AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", Path.GetDirectoryName(application) + Path.DirectorySeparatorChar);

// A model that never ends must not keep a build forever.
if (int.TryParse(Argument("timeout"), out int limit) && limit > 0)
    new Thread(() =>
    {
        Thread.Sleep(limit);
        Report($"the export was given up after {limit} ms; TinyExportTimeout is the limit");
        System.Diagnostics.Process.GetCurrentProcess().Kill();
    }) { IsBackground = true }.Start();

MethodInfo? run = null;
string problem = "it has no export runner";
try
{
    run = Assembly.Load(new AssemblyName("Tiny.Jit")).GetType("Tiny.Jit.ExportRunner")?.GetMethod("Run", [typeof(string[])]);
}
catch (Exception e) when (e is IOException or BadImageFormatException)
{
    problem = e.Message;
}
if (run is null)
{
    Report($"Tiny.Jit cannot be used from this application: {problem}");
    return 1;
}
int code = (int)run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null)!;
// The model may have left threads of its own running.
Environment.Exit(code);
return code;
