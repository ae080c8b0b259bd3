using System.Globalization;

namespace Tiny.Export.WebGpu;

/// <summary>What every text file of a bundle says at its top: licence, tool, model and the weights that belong to it.</summary>
internal sealed record FileHeader(string Model, string WeightsSha256)
{
    /// <summary>Version of Tiny, without build metadata, so that equal sources give equal bundles.</summary>
    public static string Version { get; } = typeof(FileHeader).Assembly.GetName().Version!.ToString(3);

    string Line => string.Create(CultureInfo.InvariantCulture, $"{Model}, compiled by Tiny {Version}; weights SHA-256 {WeightsSha256}");

    /// <summary>A JavaScript or TypeScript file with the header.</summary>
    public string Script(string body) => Licensed($"// {Line}\n", "// SPDX-License-Identifier: MIT-0\n", body);

    /// <summary>A style sheet with the header.</summary>
    public string Style(string body) => Licensed($"/* {Line} */\n", "/* SPDX-License-Identifier: MIT-0 */\n", body);

    /// <summary>A page with the header, after the doctype so that no browser falls into quirks mode.</summary>
    public string Html(string body)
    {
        int end = body.IndexOf('\n', StringComparison.Ordinal) + 1;
        return body[..end] + Licensed($"<!-- {Line} -->\n", "<!-- SPDX-License-Identifier: MIT-0 -->\n", body[end..]);
    }

    // A file that names the licence itself, like the runtime, keeps its own line.
    static string Licensed(string line, string licence, string body)
    {
        bool licensed = body.Contains("SPDX-License-Identifier", StringComparison.Ordinal);
        return line + (licensed ? "" : licence) + (licensed || body.StartsWith('\n') ? "" : "\n") + body;
    }
}
