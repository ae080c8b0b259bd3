using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tiny.Render;

namespace Tiny.Core.Tests.Render;

/// <summary>The functions of a WebAssembly module as text, an instruction a line: enough of the text format to see what a kernel has become.</summary>
sealed partial class WasmText
{
    readonly byte[] _bytes;
    readonly StringBuilder _text = new();
    int _at;

    WasmText(byte[] bytes) => _bytes = bytes;

    public static string Of(byte[] module)
    {
        var text = new WasmText(module) { _at = 8 };
        while (text._at < module.Length)
        {
            int section = module[text._at++], end = (int)text.Unsigned() + text._at;
            if (section == 10) text.Functions();
            text._at = end;
        }
        return text._text.ToString();
    }

    void Functions()
    {
        int count = (int)Unsigned();
        for (int i = 0; i < count; i++)
        {
            int end = (int)Unsigned() + _at;
            _text.Append(CultureInfo.InvariantCulture, $"func {i}\n");
            for (int runs = (int)Unsigned(); runs > 0; runs--)
                _text.Append(CultureInfo.InvariantCulture, $"  local {Unsigned()} {((WasmType)_bytes[_at++]).ToString().ToLowerInvariant()}\n");
            for (int depth = 1; _at < end;) Instruction(ref depth);
        }
    }

    void Instruction(ref int depth)
    {
        int code = _bytes[_at++];
        if (code is 0xFC or 0xFD) code = code << 12 | (int)Unsigned();
        var op = (WasmOp)code;
        Assert(Enum.IsDefined(op), $"{code:x}");
        if (op is WasmOp.End or WasmOp.Else) depth--;
        _text.Append(' ', 2 * Math.Max(depth, 0)).Append(Name(op)).Append(Immediates(op)).Append('\n');
        if (op is WasmOp.Loop or WasmOp.If or WasmOp.Else) depth++;
    }

    string Immediates(WasmOp op)
    {
        string name = op.ToString();
        switch (op)
        {
            case WasmOp.Loop or WasmOp.If:
                Assert(_bytes[_at++] == 0x40, "block type");
                return "";
            case WasmOp.LocalGet or WasmOp.LocalSet or WasmOp.LocalTee or WasmOp.Call or WasmOp.BrIf:
                return Text($" {Unsigned()}");
            case WasmOp.I32Const or WasmOp.I64Const:
                return Text($" {Signed()}");
            case WasmOp.F32Const:
                _at += 4;
                return Text($" {BitConverter.ToSingle(_bytes, _at - 4):R}");
            case WasmOp.F64Const:
                _at += 8;
                return Text($" {BitConverter.ToDouble(_bytes, _at - 8):R}");
            case WasmOp.I8x16Shuffle:
                _at += 16;
                return $" {string.Join(' ', _bytes[(_at - 16).._at])}";
        }
        if (name.Contains("Load", StringComparison.Ordinal) || name.Contains("Store", StringComparison.Ordinal))
        {
            Assert(Unsigned() == 0, "alignment");
            uint offset = Unsigned();
            return $"{(offset == 0 ? "" : Text($" offset={offset}"))}{(name.EndsWith("Lane", StringComparison.Ordinal) ? Text($" {_bytes[_at++]}") : "")}";
        }
        return name.EndsWith("Lane", StringComparison.Ordinal) ? Text($" {_bytes[_at++]}") : "";
    }

    // F32x4ConvertI32x4S is f32x4.convert_i32x4_s, LocalGet local.get, BrIf br_if.
    static string Name(WasmOp op)
    {
        var words = Word().Matches(op.ToString()).Select(m => m.Value.ToLowerInvariant()).ToList();
        return words.Count > 1 && words[0] != "br" ? $"{words[0]}.{string.Join('_', words.Skip(1))}" : string.Join('_', words);
    }

    [GeneratedRegex("[A-Z][^A-Z]*")]
    private static partial Regex Word();

    uint Unsigned()
    {
        uint value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = _bytes[_at++];
            value |= (uint)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }

    long Signed()
    {
        long value = 0;
        for (int shift = 0; ;)
        {
            byte b = _bytes[_at++];
            value |= (long)(b & 0x7F) << shift;
            shift += 7;
            if (b < 0x80) return shift < 64 && (b & 0x40) != 0 ? value | -1L << shift : value;
        }
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static void Assert(bool holds, string what)
    {
        if (!holds) throw new InvalidDataException(what);
    }
}
