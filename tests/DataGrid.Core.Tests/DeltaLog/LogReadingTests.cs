using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.DeletionVectors;

namespace DataGrid.Core.Tests.DeltaLog;

public sealed class LogReadingTests
{
    /// <summary>The table of choices: which files there are, which version is wanted, what is read.</summary>
    [Theory]
    [InlineData("0 1 2", null, "2 from - with 0 1 2")]
    [InlineData("0 1 2", 1, "1 from - with 0 1")]
    [InlineData("0 1 2 c2 3", null, "3 from c2 with 3")]
    [InlineData("0 1 2 c2 3", 1, "1 from - with 0 1")]
    [InlineData("2 c2 3 4", null, "4 from c2 with 3 4")]
    [InlineData("c2", null, "2 from c2 with ")]
    [InlineData("2 c2 3 4", 1, "version_vacuumed")]
    [InlineData("0 1 3", null, "table_corrupt")]
    [InlineData("0 1 3 c3", null, "3 from c3 with ")]
    [InlineData("c2 4", null, "table_corrupt")]
    [InlineData("0 1", 2, "version_unknown")]
    [InlineData("0 1 p1/2 2", null, "2 from - with 0 1 2")]
    [InlineData("1 p1/2 p2/2 2", null, "2 from p1/2 p2/2 with 2")]
    [InlineData("0 1 u1 2", null, "2 from u1 with 2")]
    [InlineData("", null, "nothing")]
    public void Which_files_make_a_version(string files, int? target, string expected)
    {
        var names = files.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Name).Concat(["_last_checkpoint", "garbage.txt", "00000000000000000001.crc"]);
        Assert.Equal(expected, Choose(names, target, []));
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_for_an_older_one()
    {
        string[] names = [.. new[] { "0", "1", "c1", "2", "3", "c3", "4" }.Select(Name)];
        Assert.Equal("4 from c1 with 2 3 4", Choose(names, null, [3]));
        Assert.Equal("4 from - with 0 1 2 3 4", Choose(names, null, [3, 1]));
        Assert.Equal("table_corrupt", Choose(names.Skip(1), null, [3, 1]));
    }

    [Fact]
    public void Actions_survive_writing_and_reading()
    {
        DeltaAction[] actions =
        [
            new ProtocolAction { MinReaderVersion = 3, MinWriterVersion = 7, ReaderFeatures = ["timestampNtz"], WriterFeatures = ["appendOnly", "timestampNtz"] },
            new MetadataAction { Id = "i", Name = "n", Description = "d\n\"q\"", SchemaString = """{"type":"struct","fields":[]}""", PartitionColumns = ["p"], CreatedTime = 5, Configuration = Maps.Of([new("k", "v")]) },
            new TransactionAction("a", 7, null), new TransactionAction("b", 8, 9),
            new DomainMetadataAction("d", "{\"x\":1}", false),
            new RemoveFile { Path = "old", DataChange = true, DeletionTimestamp = 1, ExtendedFileMetadata = true, PartitionValues = Maps.Of([new("p", null)]), SizeBytes = 3 },
            new AddFile { Path = "p=%201/ü.parquet", DataChange = false, SizeBytes = 4, ModificationTime = 5, PartitionValues = Maps.Of([new("p", " 1")]), Statistics = """{"numRecords":2}""",
                Tags = Maps.Of([new("t", "1")]), DeletionVector = new DeletionVectorDescriptor('u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6), BaseRowId = 1, DefaultRowCommitVersion = 2, ClusteringProvider = "liquid" },
        ];
        var bytes = ActionWriter.Write(actions);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(ActionWriter.Write(ActionReader.Read(bytes, "x"))));
        Assert.Equal(actions.Length, Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("{\"add\":{\"path\":\"x\"}}")]
    [InlineData("{\"add\":{\"path\":null,\"size\":1,\"modificationTime\":1,\"partitionValues\":{}}}")]
    [InlineData("{\"protocol\":{\"minReaderVersion\":\"one\"}}")]
    [InlineData("{\"txn\":{\"appId\":\"x\"")]
    [InlineData("not json")]
    [InlineData("[]")]
    public void A_line_that_is_no_action_is_refused_with_its_number(string line)
    {
        var fault = Assert.Throws<DataGridException>(() => ActionReader.Read(Encoding.UTF8.GetBytes("{\"txn\":{\"appId\":\"a\",\"version\":1}}\n" + line), "7.json"));
        Assert.Equal(ErrorCodes.TableCorrupt, fault.Problem.Code);
        Assert.Contains("7.json, line 2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_and_members_that_nobody_here_knows_are_passed_over()
    {
        var actions = ActionReader.Read("{\"cdc\":{\"path\":\"x\"}}\n{\"fromTheFuture\":{\"a\":1}}\n{\"txn\":{\"appId\":\"a\",\"version\":1,\"newer\":[1]}}\n"u8, "x");
        Assert.Equal(new TransactionAction("a", 1, null), Assert.Single(actions));
    }

    [Theory]
    [InlineData("a%20b/c=%2525/x.parquet", "a b/c=%25/x.parquet", false)]
    [InlineData("file:///abs/x", "/abs/x", true)]
    [InlineData("file:/abs/x", "/abs/x", true)]
    [InlineData("/abs/x", "/abs/x", true)]
    [InlineData("s3://b/x", "s3://b/x", true)]
    [InlineData("a/../../x", "a/../../x", true)]
    [InlineData("%2E%2E/x", "../x", true)]
    public void Paths_have_one_form(string path, string canonical, bool isOutside)
    {
        Assert.Equal(canonical, DataPath.Canonical(path));
        Assert.Equal(isOutside, DataPath.IsOutsideTable(canonical));
        if (!isOutside) Assert.Equal(canonical, DataPath.Canonical(DataPath.Encode(canonical)));
    }

    [Fact]
    public void Time_travel_counts_a_version_that_is_not_later_than_the_one_before_as_a_millisecond_later()
    {
        VersionTime[] times = [new(3, null, 1000), new(4, null, 900), new(5, null, 900), new(6, 5000, 1)];

        Assert.Equal([(3L, 1000L), (4L, 1001L), (5L, 1002L), (6L, 5000L)], TimeTravel.Adjust(times));
        Assert.Equal(3, TimeTravel.At(times, 1000));
        Assert.Equal(5, TimeTravel.At(times, 4999));
        Assert.Equal(6, TimeTravel.At(times, 5000));
        Assert.Throws<DataGridException>(() => TimeTravel.At(times, 999));
        Assert.Throws<DataGridException>(() => TimeTravel.At(times, 5001));
    }

    [Fact]
    public void An_inline_vector_deletes_the_rows_it_says_or_is_refused()
    {
        var vector = new DeletionVectorDescriptor('i', "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", null, 44, 6);
        Assert.Equal<long>([3, 4, 7, 11, 18, 29], DeletionVectorFile.ReadInline(vector));
        Assert.Throws<DataGridException>(() => DeletionVectorFile.ReadInline(vector with { Cardinality = 7 }));
        Assert.Throws<DataGridException>(() => DeletionVectorFile.ReadInline(vector with { PathOrInline = vector.PathOrInline[..^5], SizeBytes = 40 }));
    }

    [Fact]
    public void A_vectors_file_is_named_as_the_protocols_document_says()
    {
        var vector = new DeletionVectorDescriptor('u', "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6);
        Assert.Equal("ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin", DeletionVectorFile.RelativePath(vector));
        Assert.Equal("uab^-aqEH.-t@S}K{vb[*k^@4", vector.UniqueId);
    }

    private static string Choose(IEnumerable<string> names, long? target, HashSet<long> unreadable)
    {
        try
        {
            var segment = LogSegment.Choose(names, target, -1, unreadable);
            if (segment is null) return "nothing";
            var start = segment.Checkpoint is null ? "-" : string.Join(' ', segment.Checkpoint.Files.Select(Short));
            return $"{segment.Version} from {start} with {string.Join(' ', segment.Entries.Select(Short))}";
        }
        catch (DataGridException fault)
        {
            return fault.Problem.Code;
        }
    }

    private static string Name(string code) => code[0] switch
    {
        'c' => LogFile.CheckpointName(int.Parse(code[1..], System.Globalization.CultureInfo.InvariantCulture)),
        'u' => $"0000000000000000000{code[1]}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
        'p' => $"00000000000000000001.checkpoint.000000000{code[1]}.000000000{code[3]}.parquet",
        _ => LogFile.EntryName(int.Parse(code, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static string Short(string name)
    {
        var file = LogFile.Parse(name)!;
        return file.Kind switch
        {
            LogFileKind.ClassicCheckpoint => $"c{file.Version}",
            LogFileKind.UuidCheckpoint => $"u{file.Version}",
            LogFileKind.CheckpointPart => $"p{file.Part}/{file.Parts}",
            _ => $"{file.Version}",
        };
    }
}
