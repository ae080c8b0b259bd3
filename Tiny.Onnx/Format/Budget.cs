namespace Tiny.Onnx.Format;

/// <summary>
/// What may be made of a file while it is read: twice its size and some more, so that a small file cannot ask for much memory. All is counted before it is made.
/// </summary>
sealed class Budget(long file)
{
    readonly HashSet<string> _names = [];
    long _left = 2 * file + 12_000_000;

    /// <summary>Takes bytes.</summary>
    public void Spend(long bytes)
    {
        if ((_left -= bytes) < 0) throw new OnnxFormatException("it has more parts than a file of its size should");
    }

    /// <summary>A field of text. Equal ones are one string: each value's name is there where it is made and wherever it is read, and takes a place.</summary>
    public string Text(ref WireReader message)
    {
        Spend(32);
        var text = message.Text();
        if (_names.TryGetValue(text, out var known)) return known;
        Spend(22 + 2L * text.Length + 50);
        _names.Add(text);
        return text;
    }
}
