namespace Orleans
{
    /// <summary>Marks a type that travels in grain calls; only members with an <see cref="IdAttribute"/> and record parameters travel.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
    public sealed class GenerateSerializerAttribute : Attribute;

    /// <summary>The wire number of a member; never reused for another meaning.</summary>
    /// <param name="id">The number, unique within its type.</param>
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field,
        AllowMultiple = false)]
    public sealed class IdAttribute(uint id) : Attribute
    {
        /// <summary>The number.</summary>
        public uint Id { get; } = id;
    }

    /// <summary>The stable wire name of a type, an interface or a method.</summary>
    /// <param name="alias">The name.</param>
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Interface,
        AllowMultiple = true)]
    public sealed class AliasAttribute(string alias) : Attribute
    {
        /// <summary>The name.</summary>
        public string Alias { get; } = alias;
    }

    /// <summary>Says that values of a type, or of this parameter or member, are never changed, so that they need no copy.</summary>
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.ReturnValue,
        Inherited = false)]
    public sealed class ImmutableAttribute : Attribute;

    /// <summary>The name of a grain class in identities and storage keys.</summary>
    /// <param name="grainType">The name, for example <c>dataset</c>.</param>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute
    {
        internal string Name { get; } = grainType;
    }

    /// <summary>Activations of this class are not collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class KeepAliveAttribute : Attribute;

    /// <summary>How long activations of this class may be idle before they are collected.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class CollectionAgeLimitAttribute : Attribute
    {
        private TimeSpan _limit;

        /// <summary>The sum of the given days, hours and minutes.</summary>
        public TimeSpan AgeLimit => _limit;

        /// <summary>Days of idleness.</summary>
        public double Days { get => _limit.TotalDays; set => _limit += TimeSpan.FromDays(value); }

        /// <summary>Hours of idleness.</summary>
        public double Hours { get => _limit.TotalHours; set => _limit += TimeSpan.FromHours(value); }

        /// <summary>Minutes of idleness.</summary>
        public double Minutes { get => _limit.TotalMinutes; set => _limit += TimeSpan.FromMinutes(value); }
    }

    /// <summary>How long a caller waits for this method, instead of the silo's default.</summary>
    /// <param name="timeout">A time span in invariant form, <c>00:00:45</c>.</param>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
    {
        /// <summary>The wait.</summary>
        public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);
    }
}

namespace Orleans.Concurrency
{
    /// <summary>On an interface method: it changes no state, so it may interleave with other such methods.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>On a grain class: its requests may interleave at every await.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute;

    /// <summary>On an interface method: it may interleave with every other request.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>On an interface method: the caller gets no answer, not even an error.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;
}
