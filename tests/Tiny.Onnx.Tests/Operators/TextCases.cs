using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Strings: what the standard's text says of the options that no conformance case has.</summary>
static class TextCases
{
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        new("concat_stretched", "StringConcat", 20, [S([2, 1], "a", "b"), S([3], "x", "", "z")], [S([2, 3], "ax", "a", "az", "bx", "b", "bz")]),
        new("split_words_at_most", "StringSplit", 20, [S([2], "  one two\tthree ", "")], [S([2, 2], "one", "two\tthree ", "", ""), L([2], 2, 0)]) { Attributes = [("maxsplit", 1L)] },
        new("split_keeps_empty_parts", "StringSplit", 20, [S([2, 1], "a,,b,", "")], [S([2, 1, 4], "a", "", "b", "", "", "", "", ""), L([2, 1], 4, 1)]) { Attributes = [("delimiter", ",")] },
        Match("match_alternatives", "cat|dog", ("cat", true), ("catdog", false), ("dog\n", false)),
        Match("match_named_groups", "(?P<year>[0-9]{4})-(?P<month>\\d\\d)", ("2024-05", true), ("2024-5", false)),
        Match("match_ascii_classes", @"\d+\s[[:alpha:]\-]+", ("12 ab-c", true), ("\u0661\u0662 abc", false), ("12 \u00e4", false)),
        Match("match_inverted_class", @"[\D]+", ("a\u0661b", true), ("a1b", false)),
        Match("match_quoted_and_lines", @"\Qa.b\E$", ("a.b", true), ("a.b\n", false), ("axb", false)),
        Match("match_case_and_bracket", "(?i)[]a[]+", ("]A[", true), ("b", false)),
        Match("match_flags_of_lines", "(?m)a$\\nb", ("a\nb", true), ("a\nc", false)),
        Match("match_catastrophic", "(a+)+b", (new string('a', 40), false), ("aaab", true)),
        new("normalise_insensitive", "StringNormalizer", 10, [S([1, 3], "Monday", "TUESDAY", "Friday")], [S([1, 2], "MONDAY", "FRIDAY")])
        { Attributes = [("case_change_action", "UPPER"), ("stopwords", new[] { "tuesday" })] },
        new("normalise_nothing_left", "StringNormalizer", 10, [S([1, 1], "no")], [S([1, 1], "")]) { Attributes = [("is_case_sensitive", 1L), ("stopwords", new[] { "no" })] },
        new("cast_texts_to_float", "Cast", 19, [S([8], "3.5", "1e-3", "-2E2", "inf", "+INF", "-inf", "NaN", " 7 ")],
            [F([8], 3.5f, 0.001f, -200, float.PositiveInfinity, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 7)]) { Attributes = [("to", 1L)] },
        new("cast_texts_to_int64", "Cast", 19, [S([3], "9007199254740993", "-12", "100.5")], [L([3], 9007199254740993, -12, 100)]) { Attributes = [("to", 7L)] },
        new("cast_floats_to_texts", "Cast", 19, [F([6], 314.15926f, 1e-7f, -2.5e20f, 3, float.NaN, float.NegativeInfinity)],
            [S([6], "314.15927", "0.0000001", "-250000000000000000000.0", "3.0", "NaN", "-INF")]) { Attributes = [("to", 8L)] },
        new("reshape_texts", "Reshape", 19, [S([2, 2], "a", "b", "c", "d"), L([1], 4)], [S([4], "a", "b", "c", "d")]) { Constants = [1] },
        new("gather_texts", "Gather", 13, [S([3], "a", "b", "c"), L([2], -1, 0)], [S([2], "c", "a")]),
        new("concat_texts", "Concat", 13, [S([1], "a"), S([2], "b", "a")], [S([3], "a", "b", "a")]) { Attributes = [("axis", 0L)] },
        new("where_texts", "Where", 16, [Bool([2], true, false), S([2], "a", "b"), S([1], "z")], [S([2], "a", "z")]),
        new("pad_strings", "Pad", 19, [S([2], "a", "b"), L([2], 1, 1), S([], "-")], [S([4], "-", "a", "b", "-")]) { Constants = [1] },
        new("crop_strings", "CenterCropPad", 18, [S([2], "a", "b"), L([1], 4)], [S([4], "", "a", "b", "")]) { Constants = [1] },
        new("triangle_of_strings", "Trilu", 14, [S([2, 2], "a", "b", "c", "d")], [S([2, 2], "a", "b", "", "d")]),
        new("onehot_strings", "OneHot", 11, [L([2], 1, 0), L([], 2), S([2], "off", "on")], [S([2, 2], "off", "on", "on", "off")]) { Constants = [0, 1] },
        new("unique_strings", "Unique", 11, [S([5], "b", "a", "b", "C", "a")], [S([3], "C", "a", "b"), L([3], 3, 1, 0), L([5], 2, 1, 2, 0, 1), L([3], 1, 2, 2)]),
        new("unique_strings_unsorted", "Unique", 11, [S([3], "b", "a", "b")], [S([2], "b", "a"), L([2], 0, 1), L([3], 0, 1, 0), L([2], 2, 1)]) { Attributes = [("sorted", 0L)] },
        new("regex_any_character", "RegexFullMatch", 20, [S([6], "😀", "a", "ab", "\n", "😀😀", "")], [Bool([6], true, true, false, false, false, false)]) { Attributes = [("pattern", ".")] },
        new("regex_any_other_character", "RegexFullMatch", 20, [S([5], "😀", "a", "ab", "b", "😀b")], [Bool([5], true, false, false, true, false)]) { Attributes = [("pattern", "[^a]")] },
        new("regex_repeated_characters", "RegexFullMatch", 20, [S([3], "😀😀", "😀", "a😀")], [Bool([3], true, true, false)]) { Attributes = [("pattern", "😀+")] },
        new("regex_doubly_inverted", "RegexFullMatch", 20, [S([4], "😀", "7", "77", "x")], [Bool([4], false, false, true, false)]) { Attributes = [("pattern", @"[^\D][^\D]")] },
        new("regex_code_point", "RegexFullMatch", 20, [S([2], "😀😀", "😀")], [Bool([2], true, true)]) { Attributes = [("pattern", @"\x{1F600}+")] },
        new("regex_no_word_character", "RegexFullMatch", 20, [S([4], "😀-", "a-", "--", "-😀")], [Bool([4], true, false, true, true)]) { Attributes = [("pattern", @"\W[\D-]")] },
    ];

    static OperatorCase Match(string name, string pattern, params (string Text, bool Matches)[] texts) =>
        new(name, "RegexFullMatch", 20, [S([texts.Length], [.. texts.Select(t => t.Text)])], [Bool([texts.Length], [.. texts.Select(t => t.Matches)])]) { Attributes = [("pattern", pattern)] };
}
