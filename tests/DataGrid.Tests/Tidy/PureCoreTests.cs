namespace DataGrid.Tests.Tidy;

/// <summary>Core decides: it gets facts and gives decisions. What it could do besides is seen in its assembly, not in its text.</summary>
public sealed class PureCoreTests
{
    private static readonly string[] ForbiddenNamespaces =
    [
        "System.IO.", "System.Net.", "System.Threading.Tasks.", "System.Threading.Thread", "System.Threading.Timer", "System.Threading.Semaphore",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.Timers.", "System.Runtime.InteropServices.NativeLibrary", "System.Console",
        "System.TimeProvider", "System.Random", "Microsoft.Extensions.", "Orleans.",
    ];

    /// <summary>Readers and writers of text in memory, and the exceptions that they throw.</summary>
    private static readonly string[] InMemory =
        ["System.IO.TextReader", "System.IO.TextWriter", "System.IO.StringReader", "System.IO.StringWriter", "System.IO.MemoryStream", "System.IO.Stream", "System.IO.StreamReader",
         "System.IO.InvalidDataException", "System.IO.EndOfStreamException"];

    private static readonly string[] ForbiddenMembers =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow", "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.TimeZoneInfo::get_Local",
        "System.Globalization.CultureInfo::get_CurrentCulture", "System.IO.StreamReader::.ctor(string)",
    ];

    private static readonly string[] HarmlessOfEnvironment = ["System.Environment::get_CurrentManagedThreadId", "System.Environment::get_NewLine"];

    [Fact]
    public void Core_has_no_input_output_task_clock_chance_or_network() => Found.None(Impurities(Products.Files["DataGrid.Core"]));

    [Fact]
    public void The_check_sees_what_it_forbids()
    {
        var found = Impurities(typeof(PureCoreTests).Assembly.Location).ToList();

        Assert.Contains("System.IO.File", found);
        Assert.Contains("System.Environment::GetEnvironmentVariable", found);
    }

    private static IEnumerable<string> Impurities(string file) =>
        Products.TypeReferences(file)
            .Where(static type => ForbiddenNamespaces.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal)) && !InMemory.Contains(type))
            .Concat(Products.MemberReferences(file).Where(static member => ForbiddenMembers.Contains(member) || ReadsEnvironment(member)));

    /// <summary>Iterators made by the compiler ask for the current thread's number; nothing else of the environment is a constant.</summary>
    private static bool ReadsEnvironment(string member) => member.StartsWith("System.Environment::", StringComparison.Ordinal) && !HarmlessOfEnvironment.Contains(member);
}
