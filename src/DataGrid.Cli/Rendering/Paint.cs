namespace DataGrid.Cli.Rendering;

/// <summary>Colours a piece of text where the terminal takes colour.</summary>
internal readonly record struct Paint(bool HasColor)
{
    public string Bold(string text) => Wrap("1", text);

    public string Dim(string text) => Wrap("2", text);

    public string Red(string text) => Wrap("31", text);

    public string Green(string text) => Wrap("32", text);

    public string Yellow(string text) => Wrap("33", text);

    public string Cyan(string text) => Wrap("36", text);

    private string Wrap(string code, string text) => HasColor && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
