using Tiny.Jit;

namespace Tiny.Export.WebGpu;

/// <summary>
/// Copies a project's own page into a bundle as <c>index.html</c>, and with it the files in its folder that share its stem:
/// for <c>draw.html</c> also <c>draw.css</c> and <c>draw-canvas.js</c>, under their own names.
/// </summary>
internal static class OwnPage
{
    public static void Copy(string page, ExportContext context)
    {
        string source = Path.GetFullPath(Path.Combine(context.ProjectDirectory, page));
        if (!File.Exists(source)) throw new TargetException($"webgpu: there is no page '{page}' in {context.ProjectDirectory}");
        string stem = Path.GetFileNameWithoutExtension(source);
        CopyTo("index.html", source);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(source)!).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file);
            if (file != source && (name.StartsWith(stem + ".", StringComparison.Ordinal) || name.StartsWith(stem + "-", StringComparison.Ordinal)))
                CopyTo(name, file);
        }

        void CopyTo(string name, string file)
        {
            string target = Path.Combine(context.Directory, name);
            if (File.Exists(target)) throw new TargetException($"webgpu: {file} would replace the bundle's own {name}; rename it");
            File.Copy(file, target);
        }
    }
}
