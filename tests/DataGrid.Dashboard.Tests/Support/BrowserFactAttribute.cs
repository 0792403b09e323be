namespace DataGrid.Dashboard.Tests.Support;

/// <summary>A test in a real Chromium. Where there is none it says so, and counts as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    public BrowserFactAttribute()
    {
        if (Chromium is null) Skip = $"there is no Chromium: install it (apt-get install chromium), or name it with DATAGRID_CHROMIUM; looked at {string.Join(", ", Places)}";
    }

    /// <summary>The browser's file; null when there is none.</summary>
    public static string? Chromium { get; } = Environment.GetEnvironmentVariable("DATAGRID_CHROMIUM") is { Length: > 0 } named ? named : Places.FirstOrDefault(File.Exists);
}
