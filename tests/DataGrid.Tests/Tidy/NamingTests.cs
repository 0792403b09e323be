using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataGrid.Tests.Tidy;

public sealed class NamingTests
{
    /// <summary>The runtime stands for Orleans and has its namespaces; the rest of it is one small namespace.</summary>
    private static readonly string[] Runtime = ["src/DataGrid.Runtime/", "tests/DataGrid.Runtime.Tests/"];

    [Fact]
    public void A_namespace_is_its_folder() =>
        Found.None(from file in Sources.Product.Concat(Sources.Tests)
                   where !Runtime.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
                   from space in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
                   where space.Name.ToString() != string.Join('.', file.Path.Split('/')[1..^1])
                   select $"{file.Path}: {space.Name}");

    [Fact]
    public void A_private_field_of_an_object_begins_with_an_underscore() =>
        Found.None(from file in Sources.Product.Concat(Sources.Tests)
                   from field in file.Syntax.DescendantNodes().OfType<FieldDeclarationSyntax>()
                   where field.Modifiers.Any(SyntaxKind.PrivateKeyword) && !field.Modifiers.Any(SyntaxKind.ConstKeyword) && !field.Modifiers.Any(SyntaxKind.StaticKeyword)
                   from variable in field.Declaration.Variables
                   where !variable.Identifier.Text.StartsWith('_')
                   select $"{file.Locate(variable)}: {variable.Identifier}");

    /// <summary>Grains and what implements Orleans' interfaces have names that Orleans gives.</summary>
    [Fact]
    public void Asynchronous_methods_say_so_outside_of_the_grain_api() =>
        Found.None(from file in Sources.Product
                   where !Runtime.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
                   from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
                   where method.Modifiers.Any(SyntaxKind.PublicKeyword) && method.Modifiers.Any(SyntaxKind.AsyncKeyword) && !method.Identifier.Text.EndsWith("Async", StringComparison.Ordinal)
                   where !file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>().Any(static used => used.Name?.ToString().StartsWith("Orleans", StringComparison.Ordinal) == true)
                   select $"{file.Locate(method)}: {method.Identifier}");
}
