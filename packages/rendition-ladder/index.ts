/** In which qualities a video is offered, and which of them a device can show. */
export {
  describeRendition,
  type DeviceCapabilities,
  HDR_FORMATS,
  type HdrFormat,
  LADDER,
  OMISSION_REASONS,
  type OmissionReason,
  type Rendition,
  renditionLadder,
  type RenditionLadder,
  VIDEO_CODECS,
  type VideoCodec,
} from "./rendition-ladder.js";
