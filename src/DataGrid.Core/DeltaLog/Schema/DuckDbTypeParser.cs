using System.Collections.Immutable;
using System.Globalization;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>A DuckDB type, parsed.</summary>
internal sealed record DuckDbType(string Name, ImmutableArray<DuckDbType> Inner, ImmutableArray<string> FieldNames, int Precision, int Scale)
{
    private const int LongestDecimal = 38;

    internal static DuckDbType Simple(string name) => new(name, [], [], 0, 0);

    /// <summary>Why a table cannot hold this type; <c>null</c> when it can.</summary>
    internal string? Objection()
    {
        var own = Name switch
        {
            "INTERVAL" => "which tables do not have; store a number of seconds instead",
            "TIME" or "TIME WITH TIME ZONE" or "TIME_NS" => "which tables do not have; store text or a number of microseconds instead",
            "TIMESTAMP_NS" => "whose nanoseconds a table would cut; cast it to TIMESTAMP",
            "UHUGEINT" or "VARINT" or "BIGNUM" => "which is wider than a table's 38 digits; cast it to DECIMAL(38,0) or VARCHAR",
            "BIT" or "UNION" or "VARIANT" or "GEOMETRY" => "which tables do not have; cast it to VARCHAR or BLOB",
            _ => null,
        };
        return own ?? Inner.Select(static part => part.Objection()).FirstOrDefault(static why => why is not null);
    }

    /// <summary>Whether Parquet files must be written with another type than this one.</summary>
    internal bool NeedsCast() => Name is "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "HUGEINT" or "UUID" or "ENUM" or "JSON" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "ARRAY" or "NULL"
        || Inner.Any(static part => part.NeedsCast());

    internal DeltaType ToDelta() => Name switch
    {
        "BOOLEAN" => PrimitiveType.Boolean,
        "TINYINT" => PrimitiveType.Byte,
        "SMALLINT" or "UTINYINT" => PrimitiveType.Short,
        "INTEGER" or "USMALLINT" => PrimitiveType.Integer,
        "BIGINT" or "UINTEGER" => PrimitiveType.Long,
        "UBIGINT" => new DecimalType(20, 0),
        "HUGEINT" => new DecimalType(LongestDecimal, 0),
        "FLOAT" => PrimitiveType.Float,
        "DOUBLE" => PrimitiveType.Double,
        "DECIMAL" => new DecimalType(Precision, Scale),
        "VARCHAR" or "UUID" or "ENUM" or "JSON" or "NULL" => PrimitiveType.Text,
        "BLOB" => PrimitiveType.Binary,
        "DATE" => PrimitiveType.Date,
        "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" => PrimitiveType.TimestampNtz,
        "TIMESTAMP WITH TIME ZONE" => PrimitiveType.Timestamp,
        "LIST" or "ARRAY" => new ArrayType(Inner[0].ToDelta(), ContainsNull: true),
        "MAP" => new MapType(Inner[0].ToDelta(), Inner[1].ToDelta(), ValueContainsNull: true),
        "STRUCT" => new StructType([.. Inner.Select((part, index) => new StructField { Name = FieldNames[index], Type = part.ToDelta() })]),
        _ => throw new InvalidOperationException($"'{Name}' was not refused"),
    };
}

/// <summary>Reads the text that DuckDB writes for a type.</summary>
internal sealed class DuckDbTypeParser
{
    private const int DeepestNesting = 64;

    private static readonly ImmutableDictionary<string, string> Synonyms = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOL"] = "BOOLEAN", ["LOGICAL"] = "BOOLEAN", ["INT1"] = "TINYINT", ["INT2"] = "SMALLINT", ["SHORT"] = "SMALLINT", ["INT"] = "INTEGER", ["INT4"] = "INTEGER",
        ["SIGNED"] = "INTEGER", ["INT8"] = "BIGINT", ["LONG"] = "BIGINT", ["INT128"] = "HUGEINT", ["REAL"] = "FLOAT", ["FLOAT4"] = "FLOAT", ["FLOAT8"] = "DOUBLE",
        ["NUMERIC"] = "DECIMAL", ["DEC"] = "DECIMAL", ["TEXT"] = "VARCHAR", ["STRING"] = "VARCHAR", ["CHAR"] = "VARCHAR", ["BPCHAR"] = "VARCHAR", ["BYTEA"] = "BLOB", ["BINARY"] = "BLOB",
        ["VARBINARY"] = "BLOB", ["DATETIME"] = "TIMESTAMP", ["TIMESTAMP_US"] = "TIMESTAMP", ["TIMESTAMPTZ"] = "TIMESTAMP WITH TIME ZONE", ["TIMETZ"] = "TIME WITH TIME ZONE",
        ["BITSTRING"] = "BIT", ["GUID"] = "UUID", ["\"NULL\""] = "NULL",
    }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly ImmutableHashSet<string> Known =
    [
        "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "VARCHAR", "BLOB", "DATE",
        "TIME", "TIME_NS", "TIME WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "INTERVAL", "UUID", "JSON", "BIT", "VARINT",
        "BIGNUM", "VARIANT", "GEOMETRY", "NULL",
    ];

    private readonly string _text;
    private int _at;

    private DuckDbTypeParser(string text) => _text = text;

    internal static DuckDbType Parse(string text)
    {
        var parser = new DuckDbTypeParser(text);
        var type = parser.Type(0);
        parser.Blanks();
        return parser._at == text.Length ? type : throw parser.Wrong("something follows the type");
    }

    private DuckDbType Type(int depth)
    {
        if (depth > DeepestNesting) throw Wrong("it is nested too deeply");
        var type = Bare(depth);
        for (Blanks(); Take('['); Blanks())
        {
            Blanks();
            type = Digits() is null ? new DuckDbType("LIST", [type], [], 0, 0) : new DuckDbType("ARRAY", [type], [], 0, 0);
            Expect(']');
        }
        return type;
    }

    private DuckDbType Bare(int depth)
    {
        var word = Word();
        var name = Synonyms.GetValueOrDefault(word, word.ToUpperInvariant());
        Blanks();
        switch (name)
        {
            case "STRUCT":
                return Members("STRUCT", depth);
            case "UNION":
                return Members("UNION", depth) with { Inner = [], FieldNames = [] };
            case "MAP":
                Expect('(');
                var key = Type(depth + 1);
                Expect(',');
                var value = Type(depth + 1);
                Expect(')');
                return new DuckDbType("MAP", [key, value], [], 0, 0);
            case "DECIMAL":
                return Decimal();
            case "ENUM":
                Expect('(');
                do Quoted('\''); while (Take(','));
                Expect(')');
                return DuckDbType.Simple("ENUM");
            case "VARCHAR" when Take('('):
                _ = Digits();
                Expect(')');
                return DuckDbType.Simple("VARCHAR");
        }
        if (name is "TIMESTAMP" or "TIME" && TakeWords(" WITH TIME ZONE")) name += " WITH TIME ZONE";
        return Known.Contains(name) ? DuckDbType.Simple(name) : throw Wrong($"'{word}' is not a type");
    }

    private DuckDbType Members(string name, int depth)
    {
        var (types, names) = (ImmutableArray.CreateBuilder<DuckDbType>(), ImmutableArray.CreateBuilder<string>());
        Expect('(');
        do
        {
            Blanks();
            names.Add(Peek() == '"' ? Quoted('"') : Word());
            types.Add(Type(depth + 1));
        }
        while (Take(','));
        Expect(')');
        return new DuckDbType(name, types.ToImmutable(), names.ToImmutable(), 0, 0);
    }

    private DuckDbType Decimal()
    {
        if (!Take('(')) return new DuckDbType("DECIMAL", [], [], 18, 3);
        var precision = Digits() ?? throw Wrong("a DECIMAL needs its precision");
        var scale = Take(',') ? Digits() ?? throw Wrong("a DECIMAL needs its scale") : 0;
        Expect(')');
        return precision is >= 1 and <= 38 && scale <= precision ? new DuckDbType("DECIMAL", [], [], precision, scale) : throw Wrong("a DECIMAL has 1 to 38 digits");
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void Blanks()
    {
        while (char.IsWhiteSpace(Peek())) _at++;
    }

    private bool Take(char letter)
    {
        Blanks();
        if (Peek() != letter) return false;
        _at++;
        return true;
    }

    private void Expect(char letter)
    {
        if (!Take(letter)) throw Wrong($"'{letter}' is missing at position {_at + 1}");
    }

    private bool TakeWords(string words)
    {
        var trimmed = words.TrimStart();
        if (string.Compare(_text, _at, trimmed, 0, trimmed.Length, StringComparison.OrdinalIgnoreCase) != 0) return false;
        _at += trimmed.Length;
        return true;
    }

    private int? Digits()
    {
        Blanks();
        var start = _at;
        while (char.IsAsciiDigit(Peek())) _at++;
        return _at == start ? null : int.Parse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private string Word()
    {
        Blanks();
        if (Peek() == '"') return $"\"{Quoted('"')}\"";
        var start = _at;
        while (char.IsLetterOrDigit(Peek()) || Peek() is '_' or '$') _at++;
        return _at > start ? _text[start.._at] : throw Wrong($"a name is missing at position {_at + 1}");
    }

    private string Quoted(char quote)
    {
        Blanks();
        Expect(quote);
        var text = new System.Text.StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            if (_text[_at] == quote)
            {
                if (_at + 1 >= _text.Length || _text[_at + 1] != quote)
                {
                    _at++;
                    return text.ToString();
                }
                _at++;
            }
            text.Append(_text[_at]);
        }
        throw Wrong("a quoted name does not end");
    }

    private FormatException Wrong(string why) => new($"'{_text}' is not a DuckDB type: {why}.");
}
