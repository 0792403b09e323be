using Orleans.Core;
using Orleans.Runtime;

namespace Orleans.Core
{
    /// <summary>One durable value of a grain.</summary>
    public interface IStorage
    {
        /// <summary>The version that was last read or written; null when there is none.</summary>
        string? Etag { get; }

        /// <summary>Whether the value exists in the store.</summary>
        bool RecordExists { get; }

        /// <summary>Removes the value.</summary>
        Task ClearStateAsync();

        /// <summary>Writes the value; several calls that wait for the same write share it.</summary>
        /// <exception cref="Storage.InconsistentStateException">Someone else wrote; escaping, it ends the activation.</exception>
        Task WriteStateAsync();

        /// <summary>Reads the value anew.</summary>
        Task ReadStateAsync();

        /// <inheritdoc cref="ClearStateAsync()"/>
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        /// <inheritdoc cref="WriteStateAsync()"/>
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <inheritdoc cref="ReadStateAsync()"/>
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <summary>One durable value of a grain, typed.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The value in memory.</summary>
        /// <exception cref="InvalidOperationException">Touched outside of a grain's turn.</exception>
        TState State { get; set; }
    }
}

namespace Orleans
{
    /// <summary>A value on its way to or from a store.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The value.</summary>
        T? State { get; set; }

        /// <summary>The version that was read; the store sets it anew after writing.</summary>
        string? ETag { get; set; }

        /// <summary>Whether the value exists in the store.</summary>
        bool RecordExists { get; set; }
    }

    /// <summary>A value on its way to or from a store.</summary>
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>No value.</summary>
        public GrainState()
        {
        }

        /// <summary>A value that has no version yet.</summary>
        public GrainState(T? state) => State = state;

        /// <summary>A value and its version.</summary>
        public GrainState(T? state, string? eTag)
        {
            State = state;
            ETag = eTag;
        }

        /// <inheritdoc/>
        public T? State { get; set; }

        /// <inheritdoc/>
        public string? ETag { get; set; }

        /// <inheritdoc/>
        public bool RecordExists { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>One durable value of a grain, given to its constructor.</summary>
    public interface IPersistentState<TState> : IStorage<TState>;

    /// <summary>What a <see cref="PersistentStateAttribute"/> says.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>The value's name; part of its storage key.</summary>
        string StateName { get; }

        /// <summary>The store's name; null for the default store.</summary>
        string? StorageName { get; }
    }

    /// <summary>On a constructor parameter of type <see cref="IPersistentState{TState}"/>: which value in which store.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute : Attribute, IPersistentStateConfiguration
    {
        /// <summary>Names the value and its store.</summary>
        public PersistentStateAttribute(string stateName, string? storageName = null)
        {
            ArgumentNullException.ThrowIfNull(stateName);
            StateName = stateName;
            StorageName = storageName;
        }

        /// <inheritdoc/>
        public string StateName { get; }

        /// <inheritdoc/>
        public string? StorageName { get; }
    }
}

namespace Orleans.Storage
{
    /// <summary>A store of grain state, found in DI by name. Writes are fenced: they carry the version they build on.</summary>
    public interface IGrainStorage
    {
        /// <summary>Reads into <paramref name="grainState"/>; without a record, state is a new value and the version null.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Writes, and sets the new version.</summary>
        /// <exception cref="InconsistentStateException">The stored version is another, or the first write lost.</exception>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes the record.</summary>
        /// <exception cref="InconsistentStateException">The stored version is another.</exception>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <inheritdoc cref="ReadStateAsync{T}(string, GrainId, IGrainState{T})"/>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            ReadStateAsync(stateName, grainId, grainState);

        /// <inheritdoc cref="WriteStateAsync{T}(string, GrainId, IGrainState{T})"/>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            WriteStateAsync(stateName, grainId, grainState);

        /// <inheritdoc cref="ClearStateAsync{T}(string, GrainId, IGrainState{T})"/>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
            ClearStateAsync(stateName, grainId, grainState);
    }
}
