using System.Net.Http.Headers;
using DataGrid.Client.Http;

namespace DataGrid.Client.Pipelines;

/// <summary>Submits projects, and lists what was submitted.</summary>
public sealed class PipelinesClient
{
    private readonly Connection _connection;

    internal PipelinesClient(Connection connection) => _connection = connection;

    /// <summary>Submits the project in a folder: its files, without hidden ones, links and <c>node_modules</c>.</summary>
    /// <param name="folder">The folder that holds <c>datagrid.yaml</c>.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="DataGridException">The project has mistakes, which are told all at once; or it is too large.</exception>
    public async Task<SubmittedProject> SubmitFolderAsync(string folder, CancellationToken cancellationToken) =>
        await SubmitArchiveAsync(await ProjectArchive.OfFolderAsync(folder, _connection.Options.MaxProjectBytes, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Submits a project as a zip archive.</summary>
    public async Task<SubmittedProject> SubmitArchiveAsync(ReadOnlyMemory<byte> archive, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(new Request(HttpMethod.Post, "pipelines")
        {
            Content = () => new ReadOnlyMemoryContent(archive) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } }, IdempotencyKey = Guid.NewGuid().ToString("N"),
        }, cancellationToken).ConfigureAwait(false);
        return await Connection.ReadAsync<SubmittedProject>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The pipelines, by name.</summary>
    public IAsyncEnumerable<PipelineSummary> ListAsync(CancellationToken cancellationToken) => _connection.ListAsync<PipelineSummary>("pipelines", [], cancellationToken);

    /// <summary>All about one.</summary>
    public Task<PipelineDetail> GetAsync(string pipeline, CancellationToken cancellationToken) => _connection.GetAsync<PipelineDetail>($"pipelines/{Address.Part(pipeline)}", cancellationToken);

    /// <summary>Lets it start no runs until it is resumed.</summary>
    public Task<PipelineSummary> PauseAsync(string pipeline, CancellationToken cancellationToken) =>
        _connection.PostAsync<PipelineSummary>($"pipelines/{Address.Part(pipeline)}/pause", null, Again.IfUnsent, cancellationToken);

    /// <summary>Lets it start runs again.</summary>
    public Task<PipelineSummary> ResumeAsync(string pipeline, CancellationToken cancellationToken) =>
        _connection.PostAsync<PipelineSummary>($"pipelines/{Address.Part(pipeline)}/resume", null, Again.IfUnsent, cancellationToken);
}
