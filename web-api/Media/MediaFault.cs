namespace Portico.WebApi.Media;

/// <summary>Why a picture was not stored.</summary>
internal enum MediaFault
{
    /// <summary>It was.</summary>
    None,

    /// <summary>The bytes are not a picture of the kinds that are taken, or it is too large.</summary>
    NoPicture,

    /// <summary>The uid has stored enough for a day.</summary>
    OverQuota,

    /// <summary>More than a message holds.</summary>
    TooMany,

    /// <summary>The text beside the pictures is longer than a message may be.</summary>
    TooLong,

    /// <summary>There is no room for it now, or nobody to write it down; it may be sent again.</summary>
    NotStored,
}
