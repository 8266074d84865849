/** The one word of an acknowledger [ACK-1]. */
export const OK = "Ok";
