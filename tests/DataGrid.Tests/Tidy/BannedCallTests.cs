using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataGrid.Tests.Tidy;

/// <summary>The compiler refuses what BannedSymbols.txt names. These tests hold what it cannot see.</summary>
public sealed class BannedCallTests
{
    [Fact]
    public void Every_ban_names_its_replacement() =>
        Found.None(Repository.ReadLines("BannedSymbols.txt").Where(static line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal) && line.Split(';', 2) is not [_, { Length: > 10 }]));

    [Fact]
    public void Every_ban_names_a_symbol_that_exists() =>
        Found.None(Repository.ReadLines("BannedSymbols.txt").Where(static line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
            .Select(static line => line.Split(';')[0]).Where(static id => !Exists(id)));

    [Fact]
    public void A_warning_is_switched_off_with_a_reason_only() =>
        Found.None(from file in Sources.Product.Concat(Sources.Tests)
                         from trivia in file.Syntax.DescendantTrivia()
                         where trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia)
                         let pragma = (PragmaWarningDirectiveTriviaSyntax)trivia.GetStructure()!
                         where pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword) && !pragma.ToFullString().Contains("//", StringComparison.Ordinal)
                         select file.Locate(pragma));

    [Fact]
    public void Hash_codes_that_differ_per_process_stay_inside_GetHashCode() =>
        Found.None(from file in Sources.Product
                         from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
                         where access.Expression.ToString() == "HashCode" || access.Name.Identifier.Text == "GetHashCode"
                         let method = access.FirstAncestorOrSelf<MethodDeclarationSyntax>()
                         where method?.Identifier.Text != "GetHashCode"
                         select $"{file.Locate(access)}: {access}");

    [Fact]
    public void Only_the_command_writes_to_the_console() =>
        Found.None(Products.Files.Where(static p => p.Key != "DataGrid.Cli" && Products.TypeReferences(p.Value).Contains("System.Console")).Select(static p => p.Key));

    [Fact]
    public void No_async_method_returns_void() =>
        Found.None(from file in Sources.Product
                         from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
                         where method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void"
                         select file.Locate(method));

    [Fact]
    public void A_token_is_never_defaulted() =>
        Found.None(from file in Sources.Product
                         // The two bindings follow the libraries that they stand for; the compiler sees to it that callers pass their token on (CA2016).
                         where !file.Path.StartsWith("src/DataGrid.Runtime/", StringComparison.Ordinal) && !file.Path.StartsWith("src/DataGrid.DuckDb/", StringComparison.Ordinal)
                         from parameter in file.Syntax.DescendantNodes().OfType<ParameterSyntax>()
                         where parameter.Type?.ToString() == "CancellationToken" && parameter.Default is not null
                         select file.Locate(parameter));

    private static bool Exists(string id)
    {
        var parts = id[2..].Split('(')[0];
        var cut = parts.LastIndexOf('.');
        var type = Type.GetType(parts[..cut]) ?? AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(parts[..cut])).FirstOrDefault(static t => t is not null);
        var name = parts[(cut + 1)..];
        return type is not null && type.GetMembers().Any(member => member.Name == name.Replace("#ctor", ".ctor", StringComparison.Ordinal));
    }
}
